-- Notes audits, what they found, and which charts of them can be opened.
create schema notes;

create table notes.run (
  id text primary key,
  deployment_id text not null,
  deployment text not null,
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
  digest text,
  summary text,
  -- notes.json itself, gzipped: the bytes whose digest stands in the ledger.
  document bytea
);
create index run_by_deployment on notes.run (deployment_id, created_at desc, id desc);

-- One row per chart, without a name; its texts lie in the data folder, under notes-charts/<run>.
create table notes.chart (
  run_id text not null references notes.run on delete cascade,
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
  -- Where it stands in the file.
  at bigint not null,
  bytes integer not null,
  primary key (run_id, number)
);
