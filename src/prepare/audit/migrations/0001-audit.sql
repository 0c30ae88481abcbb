-- Uploaded exports, audits of them, and what they found.
create schema audit;

-- The files themselves lie in the data folder, under exports/<id>.
create table audit.export (
  id text primary key,
  name text not null,
  state text not null check (state in ('open', 'complete')),
  created_at timestamptz not null,
  created_by_id text not null,
  created_by_name text not null
);

create table audit.run (
  id text primary key,
  deployment_id text not null,
  deployment text not null,
  -- The upload may be deleted; its audits stay.
  export_id text,
  folder text,
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  progress text,
  problem text,
  created_at timestamptz not null,
  -- Who started it, as the ledger names them: kind, id, name and roles as JSON.
  created_by text not null,
  started_at timestamptz,
  finished_at timestamptz,
  audit_digest text,
  summary text,
  provenance text,
  -- What audit.json says beside the findings.
  rest text,
  -- audit.json itself, gzipped: the bytes whose digest stands in the ledger.
  document bytea
);
create index run_by_deployment on audit.run (deployment_id, created_at desc, id desc);

create table audit.finding (
  run_id text not null references audit.run on delete cascade,
  number integer not null,
  check_id text not null,
  element text,
  resource text,
  facility text,
  department text,
  clinician text,
  month text,
  level text not null check (level in ('overall', 'facility', 'department', 'clinician', 'month')),
  n bigint not null,
  k bigint,
  rate double precision,
  low double precision,
  high double precision,
  threshold double precision,
  bound text check (bound in ('at-least', 'at-most')),
  threshold_from text check (threshold_from in ('charter', 'default')),
  tier text not null,
  verdict text not null,
  says text not null,
  figures text not null,
  -- How many people stand behind it: under five its numbers are withheld on shared views.
  people bigint not null,
  row_count integer not null,
  rows text not null,
  primary key (run_id, number)
);
create index finding_by_check on audit.finding (run_id, check_id, element, number);
