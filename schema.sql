-- The database, as the migrations make it. Made by `npm run generate`; compared by test/schema.test.ts.

create schema audit;

create table audit.export (
  id text not null,
  name text not null,
  state text not null,
  created_at timestamp with time zone not null,
  created_by_id text not null,
  created_by_name text not null,
  constraint export_state_check CHECK ((state = ANY (ARRAY['open'::text, 'complete'::text]))),
  constraint export_pkey PRIMARY KEY (id)
);

create table audit.finding (
  run_id text not null,
  number integer not null,
  check_id text not null,
  element text,
  resource text,
  facility text,
  department text,
  clinician text,
  month text,
  level text not null,
  n bigint not null,
  k bigint,
  rate double precision,
  low double precision,
  high double precision,
  threshold double precision,
  bound text,
  threshold_from text,
  tier text not null,
  verdict text not null,
  says text not null,
  figures text not null,
  people bigint not null,
  row_count integer not null,
  rows text not null,
  constraint finding_bound_check CHECK ((bound = ANY (ARRAY['at-least'::text, 'at-most'::text]))),
  constraint finding_level_check CHECK ((level = ANY (ARRAY['overall'::text, 'facility'::text, 'department'::text, 'clinician'::text, 'month'::text]))),
  constraint finding_threshold_from_check CHECK ((threshold_from = ANY (ARRAY['charter'::text, 'default'::text]))),
  constraint finding_run_id_fkey FOREIGN KEY (run_id) REFERENCES audit.run(id) ON DELETE CASCADE,
  constraint finding_pkey PRIMARY KEY (run_id, number)
);

CREATE INDEX finding_by_check ON audit.finding USING btree (run_id, check_id, element, number);

create table audit.issue (
  id text not null,
  deployment_id text not null,
  deployment text not null,
  check_id text not null,
  element text,
  resource text,
  facility text,
  department text,
  title text not null,
  tier text not null,
  priority text not null,
  state text not null,
  owner_id text,
  owner_name text,
  due_on date,
  slips integer not null default 0,
  opened_at timestamp with time zone not null,
  opened_by_id text not null,
  opened_by_name text not null,
  closed_at timestamp with time zone,
  threshold double precision,
  bound text,
  opened text not null,
  last text not null,
  constraint issue_bound_check CHECK ((bound = ANY (ARRAY['at-least'::text, 'at-most'::text]))),
  constraint issue_priority_check CHECK ((priority = ANY (ARRAY['high'::text, 'normal'::text, 'low'::text]))),
  constraint issue_state_check CHECK ((state = ANY (ARRAY['open'::text, 'holding'::text, 'closed'::text, 'set-aside'::text]))),
  constraint issue_pkey PRIMARY KEY (id)
);

CREATE INDEX issue_by_deployment ON audit.issue USING btree (deployment_id, id DESC);
CREATE UNIQUE INDEX issue_once ON audit.issue USING btree (deployment_id, check_id, COALESCE(element, ''::text), COALESCE(resource, ''::text), COALESCE(facility, ''::text), COALESCE(department, ''::text)) WHERE (state = ANY (ARRAY['open'::text, 'holding'::text]));

create table audit.issue_event (
  issue_id text not null,
  number integer not null,
  at timestamp with time zone not null,
  kind text not null,
  by_name text not null,
  says text not null,
  run_id text,
  constraint issue_event_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES audit.issue(id) ON DELETE CASCADE,
  constraint issue_event_pkey PRIMARY KEY (issue_id, number)
);

create table audit.look (
  run_id text not null,
  deployment_id text not null,
  at timestamp with time zone not null,
  look integer not null,
  baseline_run text not null,
  previous_run text not null,
  alpha double precision not null,
  comparisons integer not null,
  constraint look_pkey PRIMARY KEY (run_id)
);

CREATE INDEX look_by_deployment ON audit.look USING btree (deployment_id, at DESC);

create table audit.rate (
  run_id text not null,
  number integer not null,
  check_id text not null,
  element text,
  resource text,
  body text not null,
  constraint rate_run_id_fkey FOREIGN KEY (run_id) REFERENCES audit.run(id) ON DELETE CASCADE,
  constraint rate_pkey PRIMARY KEY (run_id, number)
);

CREATE INDEX rate_by_about ON audit.rate USING btree (run_id, element, resource);

create table audit.review (
  id text not null,
  deployment_id text not null,
  deployment text not null,
  run_id text not null,
  state text not null,
  opened_at timestamp with time zone not null,
  causes text not null,
  look integer not null,
  alpha double precision not null,
  comparisons integer not null,
  answers_id text,
  answers_name text,
  decision text,
  closed_at timestamp with time zone,
  closed_by text,
  constraint review_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text]))),
  constraint review_pkey PRIMARY KEY (id)
);

CREATE INDEX review_by_deployment ON audit.review USING btree (deployment_id, id DESC);

create table audit.run (
  id text not null,
  deployment_id text not null,
  deployment text not null,
  export_id text,
  folder text,
  state text not null,
  progress text,
  problem text,
  created_at timestamp with time zone not null,
  created_by text not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  audit_digest text,
  summary text,
  provenance text,
  rest text,
  document bytea,
  sample text,
  constraint run_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint run_pkey PRIMARY KEY (id)
);

CREATE INDEX run_by_deployment ON audit.run USING btree (deployment_id, created_at DESC, id DESC);

create table audit.sample (
  id text not null,
  deployment_id text not null,
  deployment text not null,
  export_id text,
  folder text,
  state text not null,
  progress text,
  problem text,
  request text not null,
  seed_digest text not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  drawn_at timestamp with time zone,
  frame_digest text,
  frame_records bigint,
  document bytea,
  document_digest text,
  published_at timestamp with time zone,
  constraint sample_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text]))),
  constraint sample_pkey PRIMARY KEY (id)
);

CREATE INDEX sample_by_deployment ON audit.sample USING btree (deployment_id, id DESC);

create table audit.sample_answer (
  sample_id text not null,
  seat text not null,
  record integer not null,
  question text not null,
  answer text not null,
  value text not null,
  remark text not null,
  answered_at timestamp with time zone not null,
  constraint sample_answer_answer_check CHECK ((answer = ANY (ARRAY['yes'::text, 'no'::text, 'not-applicable'::text, 'cannot-tell'::text]))),
  constraint sample_answer_sample_id_seat_fkey FOREIGN KEY (sample_id, seat) REFERENCES audit.sample_reviewer(sample_id, seat) ON DELETE CASCADE,
  constraint sample_answer_pkey PRIMARY KEY (sample_id, seat, record, question)
);

create table audit.sample_reviewer (
  sample_id text not null,
  seat text not null,
  person_id text not null,
  person_name text not null,
  joined_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint sample_reviewer_seat_check CHECK ((seat = ANY (ARRAY['first'::text, 'second'::text, 'third'::text]))),
  constraint sample_reviewer_sample_id_fkey FOREIGN KEY (sample_id) REFERENCES audit.sample(id) ON DELETE CASCADE,
  constraint sample_reviewer_pkey PRIMARY KEY (sample_id, seat),
  constraint sample_reviewer_sample_id_person_id_key UNIQUE (sample_id, person_id)
);

create table audit.watch (
  id text not null,
  deployment_id text not null,
  deployment text not null,
  folder text not null,
  cadence text not null,
  active boolean not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  next_at timestamp with time zone,
  last_at timestamp with time zone,
  last_run text,
  last_print text,
  seen_print text,
  looked_at timestamp with time zone,
  says text,
  constraint watch_cadence_check CHECK ((cadence = ANY (ARRAY['each-export'::text, 'daily'::text, 'weekly'::text, 'monthly'::text]))),
  constraint watch_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX watch_once ON audit.watch USING btree (deployment_id, folder);

create schema decisions;

create table decisions.batch (
  id text not null,
  deployment_id text not null,
  position bigint not null,
  records integer not null,
  root bytea not null,
  constraint batch_records_check CHECK ((records > 0)),
  constraint batch_root_check CHECK ((octet_length(root) = 32)),
  constraint batch_pkey PRIMARY KEY (id),
  constraint batch_position_key UNIQUE ("position")
);

CREATE TRIGGER batch_stays BEFORE DELETE OR UPDATE ON decisions.batch FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

create table decisions.batch_page (
  batch text not null,
  first integer not null,
  packed boolean not null,
  lines bytea not null,
  constraint batch_page_first_check CHECK ((first >= 0)),
  constraint batch_page_pkey PRIMARY KEY (batch, first)
);

CREATE TRIGGER batch_page_stays BEFORE DELETE OR UPDATE ON decisions.batch_page FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

create table decisions.batch_payload (
  batch text not null,
  nth integer not null,
  key text not null,
  sealed bytea not null,
  constraint batch_payload_pkey PRIMARY KEY (batch, nth)
);

CREATE TRIGGER batch_payload_stays BEFORE DELETE OR UPDATE ON decisions.batch_payload FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

create table decisions.day (
  deployment_id text not null,
  day date not null,
  facility text not null default ''::text,
  department text not null default ''::text,
  class text not null default ''::text,
  disposition text not null,
  assurance text not null,
  arm text not null default ''::text,
  decisions bigint not null,
  critical bigint not null,
  repeats bigint not null,
  undelivered bigint not null,
  accepted bigint not null,
  overridden bigint not null,
  reasons bigint not null,
  acted bigint not null,
  timed bigint not null,
  too_late bigint not null,
  addressed bigint not null default 0,
  constraint day_pkey PRIMARY KEY (deployment_id, day, facility, department, class, disposition, assurance, arm)
);

create table decisions.day_people (
  deployment_id text not null,
  day date not null,
  kind text not null,
  facility text not null,
  department text not null,
  people bytea not null,
  constraint day_people_pkey PRIMARY KEY (deployment_id, day, kind, facility, department)
);

create table decisions.day_time (
  deployment_id text not null,
  day date not null,
  what text not null,
  class integer not null,
  decisions bigint not null,
  constraint day_time_pkey PRIMARY KEY (deployment_id, day, what, class)
);

create table decisions.fact (
  decision text not null,
  deployment_id text not null,
  position bigint not null,
  name text not null,
  at timestamp(3) with time zone not null,
  asked_at timestamp(3) with time zone,
  recorded_at timestamp(3) with time zone not null,
  shown_at timestamp(3) with time zone,
  subject text not null,
  encounter text,
  user_ref text,
  facility text,
  department text,
  version text not null,
  class text,
  score double precision,
  label text,
  critical boolean not null,
  disposition text not null,
  recorded_as text not null,
  rule text,
  arm text,
  moment_at timestamp(3) with time zone,
  assurance text not null,
  via text not null,
  delivered boolean,
  seen_at timestamp(3) with time zone,
  act text,
  act_at timestamp(3) with time zone,
  reason text,
  edited double precision,
  dwell_ms integer,
  dwell_from text,
  acted_at timestamp(3) with time zone,
  signed_at timestamp(3) with time zone,
  repeat_of text,
  told_in bigint[] not null default '{}'::bigint[],
  constraint fact_pkey PRIMARY KEY (decision)
);

CREATE INDEX fact_by_class ON decisions.fact USING btree (deployment_id, class, at DESC, decision DESC);
CREATE INDEX fact_by_disposition ON decisions.fact USING btree (deployment_id, disposition, at DESC);
CREATE INDEX fact_by_time ON decisions.fact USING btree (deployment_id, at DESC, decision);
CREATE INDEX fact_by_unit ON decisions.fact USING btree (deployment_id, department, facility, at DESC, decision DESC);
CREATE INDEX fact_for_repeats ON decisions.fact USING btree (deployment_id, subject, COALESCE(class, ''::text), at DESC, decision DESC) WHERE (recorded_as = 'shown'::text);

create table decisions.known (
  name uuid not null,
  decision text not null,
  constraint told_pkey PRIMARY KEY (name)
);

create table decisions.outcome (
  decision text not null,
  deployment_id text not null,
  name text not null,
  at timestamp(3) with time zone not null,
  positive boolean,
  acted boolean not null,
  value double precision,
  constraint outcome_pkey PRIMARY KEY (decision, name)
);

CREATE INDEX outcome_by_name ON decisions.outcome USING btree (deployment_id, name, at);

create table decisions.progress (
  one boolean not null default true,
  position bigint not null,
  constraint progress_one_check CHECK (one),
  constraint progress_pkey PRIMARY KEY (one)
);

create table decisions.source_count (
  deployment_id text not null,
  hour timestamp(3) with time zone not null,
  inferences integer not null,
  eligible integer,
  constraint source_count_eligible_check CHECK ((eligible >= 0)),
  constraint source_count_inferences_check CHECK ((inferences >= 0)),
  constraint source_count_pkey PRIMARY KEY (deployment_id, hour)
);

create schema deployments;

create table deployments.amendment (
  id text not null,
  deployment_id text not null,
  section text not null,
  version integer not null,
  hash_before text not null,
  hash_after text not null,
  differences text not null,
  reason text not null,
  at timestamp with time zone not null,
  by_id text not null,
  by_name text not null,
  constraint amendment_deployment_id_version_fkey FOREIGN KEY (deployment_id, version) REFERENCES deployments.charter_version(deployment_id, version),
  constraint amendment_pkey PRIMARY KEY (id),
  constraint amendment_deployment_id_version_section_key UNIQUE (deployment_id, version, section)
);

create table deployments.charter_lock (
  deployment_id text not null,
  section text not null,
  version integer not null,
  hash text not null,
  at timestamp with time zone not null,
  by_id text not null,
  by_name text not null,
  constraint charter_lock_deployment_id_version_fkey FOREIGN KEY (deployment_id, version) REFERENCES deployments.charter_version(deployment_id, version),
  constraint charter_lock_pkey PRIMARY KEY (deployment_id, section, version)
);

create table deployments.charter_version (
  deployment_id text not null,
  version integer not null,
  charter text not null,
  digest text not null,
  yaml text,
  differences text not null,
  changes text[] not null,
  amended text[] not null,
  reason text,
  at timestamp with time zone not null,
  by_id text not null,
  by_name text not null,
  constraint charter_version_version_check CHECK ((version > 0)),
  constraint charter_version_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployments.deployment(id),
  constraint charter_version_pkey PRIMARY KEY (deployment_id, version)
);

create table deployments.deployment (
  id text not null,
  slug text not null,
  title text not null,
  product_id text not null,
  version_id text not null,
  stage text not null,
  mode text not null,
  programme_start date,
  go_live date,
  charter_version integer not null default 0,
  owner_name text,
  owner_hours double precision,
  owner_accepted_at timestamp with time zone,
  owner_accepted_id text,
  owner_accepted_by text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint deployment_product_id_fkey FOREIGN KEY (product_id) REFERENCES deployments.product(id),
  constraint deployment_product_id_version_id_fkey FOREIGN KEY (product_id, version_id) REFERENCES deployments.product_version(product_id, id),
  constraint deployment_pkey PRIMARY KEY (id),
  constraint deployment_slug_key UNIQUE (slug)
);

CREATE INDEX deployment_of_product ON deployments.deployment USING btree (product_id);
CREATE INDEX deployment_recent ON deployments.deployment USING btree (updated_at DESC, id DESC);

create table deployments.deployment_place (
  deployment_id text not null,
  facility_id text not null,
  unit_id text,
  constraint deployment_place_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployments.deployment(id),
  constraint deployment_place_facility_id_fkey FOREIGN KEY (facility_id) REFERENCES deployments.facility(id),
  constraint deployment_place_facility_id_unit_id_fkey FOREIGN KEY (facility_id, unit_id) REFERENCES deployments.unit(facility_id, id),
  constraint deployment_place_deployment_id_facility_id_unit_id_key UNIQUE NULLS NOT DISTINCT (deployment_id, facility_id, unit_id)
);

CREATE INDEX deployment_place_of_facility ON deployments.deployment_place USING btree (facility_id, unit_id);

create table deployments.event (
  position bigint not null generated always as identity,
  id text not null,
  deployment_id text not null,
  kind text not null,
  changes text[] not null,
  at timestamp with time zone not null,
  by_id text not null,
  by_name text not null,
  reason text,
  says text not null,
  constraint event_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployments.deployment(id),
  constraint event_pkey PRIMARY KEY ("position"),
  constraint event_id_key UNIQUE (id)
);

CREATE INDEX event_recent ON deployments.event USING btree (deployment_id, "position" DESC);
CREATE INDEX event_that_reopens ON deployments.event USING btree (deployment_id, at) WHERE (changes <> '{}'::text[]);

create table deployments.facility (
  id text not null,
  slug text not null,
  name text not null,
  aliases text[] not null default '{}'::text[],
  updated_at timestamp with time zone not null,
  constraint facility_pkey PRIMARY KEY (id),
  constraint facility_slug_key UNIQUE (slug)
);

create table deployments.organization (
  only_one boolean not null default true,
  name text not null,
  size text,
  updated_at timestamp with time zone not null,
  constraint organization_only_one_check CHECK (only_one),
  constraint organization_pkey PRIMARY KEY (only_one)
);

create table deployments.person (
  id text not null,
  user_name text not null,
  external_id text,
  given_name text not null,
  family_name text not null,
  display_name text,
  email text,
  job text,
  leads boolean not null default false,
  facility_id text,
  unit_id text,
  starts_on date,
  active boolean not null default true,
  source text not null,
  sort_name text not null,
  search_text text not null,
  search tsvector generated always as (to_tsvector('simple'::regconfig, search_text)) stored,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  removed_at timestamp with time zone,
  constraint person_source_check CHECK ((source = ANY (ARRAY['csv'::text, 'scim'::text]))),
  constraint person_facility_id_fkey FOREIGN KEY (facility_id) REFERENCES deployments.facility(id),
  constraint person_facility_id_unit_id_fkey FOREIGN KEY (facility_id, unit_id) REFERENCES deployments.unit(facility_id, id),
  constraint person_pkey PRIMARY KEY (id)
);

CREATE INDEX person_external_id ON deployments.person USING btree (external_id) WHERE (removed_at IS NULL);
CREATE INDEX person_in_facility ON deployments.person USING btree (facility_id, sort_name, id) WHERE (removed_at IS NULL);
CREATE INDEX person_in_unit ON deployments.person USING btree (unit_id, sort_name, id) WHERE (removed_at IS NULL);
CREATE INDEX person_search ON deployments.person USING gin (search);
CREATE INDEX person_sorted ON deployments.person USING btree (sort_name, id) WHERE (removed_at IS NULL);
CREATE UNIQUE INDEX person_user_name ON deployments.person USING btree (lower(user_name)) WHERE (removed_at IS NULL);

create table deployments.product (
  id text not null,
  slug text not null,
  name text not null,
  vendor text not null,
  kind text not null,
  class text not null,
  created_at timestamp with time zone not null,
  constraint product_pkey PRIMARY KEY (id),
  constraint product_slug_key UNIQUE (slug)
);

CREATE INDEX product_of_vendor ON deployments.product USING btree (vendor);

create table deployments.product_version (
  id text not null,
  product_id text not null,
  version text not null,
  released_on date,
  notes text,
  created_at timestamp with time zone not null,
  constraint product_version_product_id_fkey FOREIGN KEY (product_id) REFERENCES deployments.product(id),
  constraint product_version_pkey PRIMARY KEY (id),
  constraint product_version_product_id_id_key UNIQUE (product_id, id),
  constraint product_version_product_id_version_key UNIQUE (product_id, version)
);

create table deployments.roster_import (
  id text not null,
  at timestamp with time zone not null,
  by_id text not null,
  file text not null,
  sha256 text not null,
  rows integer not null,
  added integer not null,
  changed integer not null,
  deactivated integer not null,
  constraint roster_import_pkey PRIMARY KEY (id)
);

create table deployments.unit (
  id text not null,
  facility_id text not null,
  slug text not null,
  name text not null,
  aliases text[] not null default '{}'::text[],
  updated_at timestamp with time zone not null,
  constraint unit_facility_id_fkey FOREIGN KEY (facility_id) REFERENCES deployments.facility(id),
  constraint unit_pkey PRIMARY KEY (id),
  constraint unit_facility_id_id_key UNIQUE (facility_id, id),
  constraint unit_facility_id_slug_key UNIQUE (facility_id, slug)
);

create schema gates;

create table gates.amendment (
  id text not null,
  position bigint not null generated always as identity,
  deployment_id text not null,
  gate text not null,
  criterion text not null,
  condition integer not null,
  was text not null,
  now text not null,
  reason text not null,
  by_id text not null,
  by_name text not null,
  at timestamp with time zone not null,
  after_lock boolean not null,
  constraint amendment_pkey PRIMARY KEY (id)
);

CREATE INDEX amendment_of ON gates.amendment USING btree (deployment_id, at);
CREATE TRIGGER amendment_is_kept BEFORE DELETE OR UPDATE ON gates.amendment FOR EACH STATEMENT EXECUTE FUNCTION gates.refuse_edit();

create table gates.decision (
  id text not null,
  deployment_id text not null,
  gate text not null,
  sequence integer not null,
  outcome text not null,
  record text not null,
  snapshot text not null,
  digest text not null,
  at timestamp with time zone not null,
  constraint decision_outcome_check CHECK ((outcome = ANY (ARRAY['approve'::text, 'approve-with-contingencies'::text, 're-review'::text, 'decline'::text]))),
  constraint decision_sequence_check CHECK ((sequence > 0)),
  constraint decision_pkey PRIMARY KEY (id),
  constraint decision_deployment_id_gate_sequence_key UNIQUE (deployment_id, gate, sequence)
);

CREATE TRIGGER decision_is_kept BEFORE DELETE OR UPDATE ON gates.decision FOR EACH STATEMENT EXECUTE FUNCTION gates.refuse_edit();

create table gates.lock (
  deployment_id text not null,
  gate text not null,
  criteria text not null,
  digest text not null,
  locked_with text not null,
  decision_id text not null,
  at timestamp with time zone not null,
  constraint lock_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES gates.decision(id),
  constraint lock_pkey PRIMARY KEY (deployment_id, gate)
);

CREATE TRIGGER lock_is_kept BEFORE DELETE OR UPDATE ON gates.lock FOR EACH STATEMENT EXECUTE FUNCTION gates.refuse_edit();

create table gates.reopening (
  id text not null,
  deployment_id text not null,
  gate text not null,
  decision_id text not null,
  because text not null,
  criteria text[] not null,
  source text not null,
  at timestamp with time zone not null,
  noted_at timestamp with time zone not null,
  constraint reopening_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES gates.decision(id),
  constraint reopening_pkey PRIMARY KEY (id),
  constraint reopening_decision_id_source_key UNIQUE (decision_id, source)
);

CREATE INDEX reopening_of ON gates.reopening USING btree (deployment_id);
CREATE TRIGGER reopening_is_kept BEFORE DELETE OR UPDATE ON gates.reopening FOR EACH STATEMENT EXECUTE FUNCTION gates.refuse_edit();

create table gates.setting (
  deployment_id text not null,
  path text not null,
  reason text not null,
  by_id text not null,
  by_name text not null,
  at timestamp with time zone not null,
  constraint setting_path_check CHECK ((path = ANY (ARRAY['full'::text, 'fast-track'::text, 'registration-only'::text]))),
  constraint setting_pkey PRIMARY KEY (deployment_id)
);

create table gates.waiver (
  id text not null,
  deployment_id text not null,
  gate text not null,
  criterion text not null,
  reason text not null,
  expires date not null,
  requested_by_id text not null,
  requested_by_name text not null,
  requested_at timestamp with time zone not null,
  approved_by_id text,
  approved_by_name text,
  approved_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_because text,
  constraint waiver_check CHECK ((approved_by_id <> requested_by_id)),
  constraint waiver_pkey PRIMARY KEY (id)
);

CREATE INDEX waiver_of ON gates.waiver USING btree (deployment_id);

CREATE OR REPLACE FUNCTION gates.refuse_edit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'what was decided is never changed or removed';
end $function$;

create schema gateway;

create table gateway.acted (
  deployment_id text not null,
  version integer not null,
  instance text not null,
  at timestamp(3) with time zone not null,
  mode text not null,
  after_ms double precision,
  constraint acted_pkey PRIMARY KEY (deployment_id, version, instance)
);

create table gateway.card (
  decision text not null,
  service text not null,
  card text,
  suggestions text[] not null,
  at timestamp(3) with time zone not null,
  constraint card_pkey PRIMARY KEY (decision)
);

CREATE INDEX card_by_time ON gateway.card USING btree (at);

create table gateway.discovery (
  deployment_id text not null,
  nth integer not null,
  digest text not null,
  body bytea not null,
  first_at timestamp(3) with time zone not null,
  last_at timestamp(3) with time zone not null,
  faults text not null,
  constraint discovery_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES gateway.service(deployment_id),
  constraint discovery_pkey PRIMARY KEY (deployment_id, nth)
);

create table gateway.instance (
  id text not null,
  started_at timestamp(3) with time zone not null,
  seen_at timestamp(3) with time zone not null,
  address text,
  constraint instance_pkey PRIMARY KEY (id)
);

create table gateway.lint (
  deployment_id text not null,
  path text not null,
  says text not null,
  severity text not null,
  times bigint not null,
  first_at timestamp(3) with time zone not null,
  last_at timestamp(3) with time zone not null,
  example text,
  constraint lint_pkey PRIMARY KEY (deployment_id, path, says)
);

create table gateway.minute (
  deployment_id text not null,
  minute timestamp(3) with time zone not null,
  calls integer not null,
  outcomes jsonb not null,
  answered integer[] not null,
  vendor integer[] not null,
  constraint minute_pkey PRIMARY KEY (deployment_id, minute)
);

create table gateway.notice (
  deployment_id text not null,
  whom text not null,
  url text not null,
  at timestamp(3) with time zone not null,
  reached boolean not null,
  says text not null,
  constraint notice_whom_check CHECK ((whom = ANY (ARRAY['patients'::text, 'staff'::text]))),
  constraint notice_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES gateway.service(deployment_id),
  constraint notice_pkey PRIMARY KEY (deployment_id, whom)
);

create table gateway.outbox (
  id text not null,
  deployment_id text not null,
  service text not null,
  body bytea not null,
  made_at timestamp(3) with time zone not null,
  tries integer not null default 0,
  next_at timestamp(3) with time zone not null,
  last_fault text,
  constraint outbox_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES gateway.service(deployment_id),
  constraint outbox_pkey PRIMARY KEY (id)
);

CREATE INDEX outbox_due ON gateway.outbox USING btree (next_at);

create table gateway.policy (
  deployment_id text not null,
  version integer not null,
  document text not null,
  digest text not null,
  state text not null,
  reason text not null,
  needs text[] not null,
  proposed_at timestamp(3) with time zone not null,
  proposed_by text not null,
  proposed_name text not null,
  decided_at timestamp(3) with time zone,
  decided_by text,
  decided_name text,
  exception text,
  constraint policy_state_check CHECK ((state = ANY (ARRAY['proposed'::text, 'refused'::text, 'acting'::text, 'replaced'::text]))),
  constraint policy_version_check CHECK ((version > 0)),
  constraint policy_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES gateway.service(deployment_id),
  constraint policy_pkey PRIMARY KEY (deployment_id, version)
);

CREATE UNIQUE INDEX policy_one_acts ON gateway.policy USING btree (deployment_id) WHERE (state = 'acting'::text);

create table gateway.service (
  deployment_id text not null,
  connection text not null,
  acting integer not null default 1,
  generation bigint not null default 1,
  changed_at timestamp(3) with time zone not null,
  changed_by text not null,
  discovery_fault text,
  discovery_fault_at timestamp(3) with time zone,
  constraint service_pkey PRIMARY KEY (deployment_id)
);

create table gateway.signing_key (
  kid text not null,
  jwk text not null,
  made_at timestamp(3) with time zone not null,
  constraint signing_key_pkey PRIMARY KEY (kid)
);

create table gateway.turn (
  deployment_id text not null,
  whom text not null,
  class text not null,
  at timestamp(3) with time zone not null
);

CREATE INDEX turn_by_whom ON gateway.turn USING btree (deployment_id, whom, at);

create table gateway.used_token (
  name bytea not null,
  ends_at timestamp(3) with time zone not null,
  constraint used_token_name_check CHECK ((octet_length(name) = 32)),
  constraint used_token_pkey PRIMARY KEY (name)
);

CREATE INDEX used_token_ends ON gateway.used_token USING btree (ends_at);

create schema ledger;

create table ledger.checkpoint (
  size bigint not null,
  note text not null,
  frontier bytea not null,
  constraint checkpoint_size_check CHECK ((size >= 0)),
  constraint checkpoint_pkey PRIMARY KEY (size, note)
);

CREATE TRIGGER checkpoint_is_kept BEFORE TRUNCATE ON ledger.checkpoint FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER checkpoint_stays BEFORE DELETE OR UPDATE ON ledger.checkpoint FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

create table ledger.cosignature (
  size bigint not null,
  witness text not null,
  line text not null,
  constraint cosignature_size_check CHECK ((size >= 0)),
  constraint cosignature_pkey PRIMARY KEY (size, witness)
);

create table ledger.data_key (
  id text not null,
  subject text not null,
  year integer not null,
  kek text,
  wrapped bytea,
  constraint data_key_check CHECK (((kek IS NULL) = (wrapped IS NULL))),
  constraint data_key_pkey PRIMARY KEY (id)
);

CREATE INDEX data_key_by_year ON ledger.data_key USING btree (year) WHERE (wrapped IS NOT NULL);
CREATE UNIQUE INDEX data_key_of_subject ON ledger.data_key USING btree (subject, year) WHERE (wrapped IS NOT NULL);

create table ledger.entry (
  position bigint not null,
  leaf bytea not null,
  leaf_hash bytea not null,
  at timestamp(3) with time zone not null,
  kind text not null,
  actor_kind text not null,
  actor_ref text not null,
  deployment text,
  subject text not null,
  constraint entry_leaf_check CHECK ((octet_length(leaf) <= 65535)),
  constraint entry_leaf_hash_check CHECK ((octet_length(leaf_hash) = 32)),
  constraint entry_pkey PRIMARY KEY ("position")
);

CREATE INDEX entry_by_deployment ON ledger.entry USING btree (deployment, "position") WHERE (deployment IS NOT NULL);
CREATE INDEX entry_by_kind ON ledger.entry USING btree (kind text_pattern_ops, "position");
CREATE INDEX entry_by_subject ON ledger.entry USING btree (subject, "position");
CREATE TRIGGER entry_is_kept BEFORE TRUNCATE ON ledger.entry FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER entry_stays BEFORE DELETE OR UPDATE ON ledger.entry FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

create table ledger.head (
  one boolean not null default true,
  origin text,
  size bigint not null,
  frontier bytea not null,
  constraint head_one_check CHECK (one),
  constraint head_size_check CHECK ((size >= 0)),
  constraint head_pkey PRIMARY KEY (one)
);

CREATE TRIGGER head_grows BEFORE UPDATE ON ledger.head FOR EACH ROW EXECUTE FUNCTION ledger.only_forward();
CREATE TRIGGER head_is_kept BEFORE TRUNCATE ON ledger.head FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER head_stays BEFORE DELETE ON ledger.head FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

create table ledger.node (
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  constraint node_hash_check CHECK ((octet_length(hash) = 32)),
  constraint node_index_check CHECK ((index >= 0)),
  constraint node_level_check CHECK (((level > 0) AND (((level)::integer % 8) = 0))),
  constraint node_pkey PRIMARY KEY (level, index)
);

CREATE TRIGGER node_is_kept BEFORE TRUNCATE ON ledger.node FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER node_stays BEFORE DELETE OR UPDATE ON ledger.node FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

create table ledger.payload (
  position bigint not null,
  key text not null,
  sealed bytea not null,
  constraint payload_pkey PRIMARY KEY ("position")
);

CREATE INDEX payload_by_key ON ledger.payload USING btree (key);
CREATE TRIGGER payload_is_kept BEFORE TRUNCATE ON ledger.payload FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER payload_stays BEFORE DELETE OR UPDATE ON ledger.payload FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

create table ledger.subject (
  reference text not null,
  lookup bytea not null,
  kek text not null,
  sealed bytea not null,
  constraint subject_lookup_check CHECK ((octet_length(lookup) = 32)),
  constraint subject_pkey PRIMARY KEY (reference),
  constraint subject_lookup_key UNIQUE (lookup)
);

CREATE OR REPLACE FUNCTION ledger.grow(from_position bigint, was bytea, becomes bytea, leaves bytea[], hashes bytea[], ats timestamp with time zone[], kinds text[], actor_kinds text[], actor_refs text[], deployments text[], subjects text[], node_levels smallint[], node_indexes bigint[], node_hashes bytea[], payload_positions bigint[], payload_keys text[], payload_seals bytea[])
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  -- An acknowledged entry is on the disk, whatever the server's default is.
  if current_setting('synchronous_commit') = 'off' then perform set_config('synchronous_commit', 'on', true); end if;
  update ledger.head set size = from_position + cardinality(leaves), frontier = becomes where size = from_position and frontier = was;
  if not found then return false; end if;
  insert into ledger.entry (position, leaf, leaf_hash, at, kind, actor_kind, actor_ref, deployment, subject)
    select from_position + n - 1, leaf, leaf_hash, at, kind, actor_kind, actor_ref, deployment, subject
    from unnest(leaves, hashes, ats, kinds, actor_kinds, actor_refs, deployments, subjects) with ordinality
      as t(leaf, leaf_hash, at, kind, actor_kind, actor_ref, deployment, subject, n);
  if cardinality(node_levels) > 0 then
    insert into ledger.node (level, index, hash) select * from unnest(node_levels, node_indexes, node_hashes);
  end if;
  if cardinality(payload_positions) > 0 then
    insert into ledger.payload (position, key, sealed) select * from unnest(payload_positions, payload_keys, payload_seals);
  end if;
  return true;
end $function$;

CREATE OR REPLACE FUNCTION ledger.only_forward()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.size < old.size or (old.origin is not null and new.origin is distinct from old.origin) then
    raise exception 'the ledger only grows: its head cannot go back' using errcode = 'restrict_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION ledger.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the ledger only grows: % on ledger.% is refused', tg_op, tg_table_name using errcode = 'restrict_violation';
end $function$;

create schema measures;

create table measures.attestation (
  id text not null,
  measurement_id bigint not null,
  reason text not null,
  document text,
  by_id text not null,
  by_name text not null,
  at timestamp with time zone not null,
  constraint attestation_measurement_id_fkey FOREIGN KEY (measurement_id) REFERENCES measures.measurement(id),
  constraint attestation_pkey PRIMARY KEY (id),
  constraint attestation_measurement_id_key UNIQUE (measurement_id)
);

CREATE TRIGGER attestation_is_kept BEFORE DELETE OR UPDATE ON measures.attestation FOR EACH STATEMENT EXECUTE FUNCTION measures.refuse_edit();

create table measures.measurement (
  id bigint not null generated always as identity,
  deployment_id text not null,
  measure text not null,
  facility text,
  department text,
  element text,
  value double precision,
  low double precision,
  high double precision,
  level double precision,
  n bigint,
  as_of timestamp with time zone not null,
  class text not null,
  explain text not null,
  source text not null,
  recorded_at timestamp with time zone not null,
  constraint measurement_check CHECK ((((low IS NULL) = (high IS NULL)) AND ((low IS NULL) = (level IS NULL)))),
  constraint measurement_class_check CHECK ((class = ANY (ARRAY['E0'::text, 'E1'::text, 'E2'::text, 'E3'::text]))),
  constraint measurement_n_check CHECK ((n >= 0)),
  constraint measurement_pkey PRIMARY KEY (id),
  constraint measurement_source_measure_deployment_id_facility_departmen_key UNIQUE NULLS NOT DISTINCT (source, measure, deployment_id, facility, department, element)
);

CREATE INDEX measurement_latest ON measures.measurement USING btree (deployment_id, measure, as_of DESC, id DESC);
CREATE TRIGGER measurement_is_kept BEFORE DELETE OR UPDATE ON measures.measurement FOR EACH STATEMENT EXECUTE FUNCTION measures.refuse_edit();

CREATE OR REPLACE FUNCTION measures.refuse_edit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'measurements are never changed or removed; publish a new one';
end $function$;

create schema notes;

create table notes.chart (
  run_id text not null,
  number integer not null,
  notes integer not null,
  characters bigint not null,
  encounters integer not null,
  copied bigint not null,
  templated bigint not null,
  imported bigint not null,
  authored bigint not null,
  deepest integer not null,
  stalest integer not null,
  at bigint not null,
  bytes integer not null,
  constraint chart_run_id_fkey FOREIGN KEY (run_id) REFERENCES notes.run(id) ON DELETE CASCADE,
  constraint chart_pkey PRIMARY KEY (run_id, number)
);

create table notes.run (
  id text not null,
  deployment_id text not null,
  deployment text not null,
  export_id text,
  folder text,
  state text not null,
  progress text,
  problem text,
  created_at timestamp with time zone not null,
  created_by text not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  digest text,
  summary text,
  document bytea,
  traced_by text,
  constraint run_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint run_traced_by_fkey FOREIGN KEY (traced_by) REFERENCES notes.run(id),
  constraint run_pkey PRIMARY KEY (id)
);

CREATE INDEX run_by_deployment ON notes.run USING btree (deployment_id, created_at DESC, id DESC);

create schema server;

create table server.account (
  id text not null,
  email text not null,
  name text not null,
  roles text[] not null,
  vendor text,
  disabled boolean not null default false,
  password text,
  issuer text,
  subject text,
  created_at timestamp with time zone not null,
  last_seen_at timestamp with time zone,
  constraint account_check CHECK (((issuer IS NULL) = (subject IS NULL))),
  constraint account_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX account_email ON server.account USING btree (lower(email));
CREATE UNIQUE INDEX account_subject ON server.account USING btree (issuer, subject);

create table server.api_key (
  id text not null,
  name text not null,
  begins text not null,
  secret_sha256 text not null,
  roles text[] not null,
  scopes text[] not null,
  vendor text,
  created_by text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_key_pkey PRIMARY KEY (id),
  constraint api_key_secret_sha256_key UNIQUE (secret_sha256)
);

create table server.failed_attempt (
  who text not null,
  at timestamp with time zone not null
);

CREATE INDEX failed_attempt_who ON server.failed_attempt USING btree (who, at);

create table server.idempotency (
  id text not null,
  body_sha256 text not null,
  created_at timestamp with time zone not null,
  status integer,
  content_type text,
  body text,
  instance text not null default ''::text,
  committed boolean not null default false,
  constraint idempotency_pkey PRIMARY KEY (id)
);

CREATE INDEX idempotency_age ON server.idempotency USING btree (created_at);

create table server.link (
  token_sha256 text not null,
  account text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint link_account_fkey FOREIGN KEY (account) REFERENCES server.account(id) ON DELETE CASCADE,
  constraint link_pkey PRIMARY KEY (token_sha256)
);

CREATE INDEX link_account ON server.link USING btree (account);

create table server.migration (
  capability text not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migration_pkey PRIMARY KEY (capability, name)
);

create table server.oidc_visit (
  cookie_sha256 text not null,
  state text not null,
  nonce text not null,
  verifier text not null,
  return_to text not null,
  expires_at timestamp with time zone not null,
  constraint oidc_visit_pkey PRIMARY KEY (cookie_sha256)
);

create table server.session (
  token_sha256 text not null,
  account text not null,
  created_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint session_account_fkey FOREIGN KEY (account) REFERENCES server.account(id) ON DELETE CASCADE,
  constraint session_pkey PRIMARY KEY (token_sha256)
);

CREATE INDEX session_account ON server.session USING btree (account);
