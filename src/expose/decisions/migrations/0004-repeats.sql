-- Whether a decision is a repeat is asked for every new one; this index answers it in one step, in the order asked for.
-- The one before could not: a decision without a class is compared with `is not distinct from`, which no index serves.
drop index decisions.fact_by_subject;
create index fact_for_repeats on decisions.fact (deployment_id, subject, (coalesce(class, '')), at desc, decision desc) where recorded_as = 'shown';
