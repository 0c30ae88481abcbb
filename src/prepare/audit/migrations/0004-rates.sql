-- Every rate of the checks that count rows, by department and month: one row per rate, beside the findings.
create table audit.rate (
  run_id text not null references audit.run on delete cascade,
  number integer not null,
  check_id text not null,
  element text,
  resource text,
  -- Threshold, departments, months and the distribution across clinicians as JSON; see RateTable.
  body text not null,
  primary key (run_id, number)
);
create index rate_by_about on audit.rate (run_id, element, resource);
