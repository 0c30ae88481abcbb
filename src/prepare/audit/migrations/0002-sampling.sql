-- Samples drawn from exports, who reviews them against the charts, and what they answered.
create table audit.sample (
  id text primary key,
  deployment_id text not null,
  deployment text not null,
  export_id text,
  folder text,
  state text not null check (state in ('waiting', 'running', 'done', 'failed')),
  progress text,
  problem text,
  -- What is asked of the draw, the seed with it: stored, and its digest in the ledger, before the data are read.
  request text not null,
  seed_digest text not null,
  created_at timestamptz not null,
  created_by text not null,
  drawn_at timestamptz,
  frame_digest text,
  frame_records bigint,
  -- sample.json, gzipped; grows when more is taken.
  document bytea,
  document_digest text,
  published_at timestamptz
);
create index sample_by_deployment on audit.sample (deployment_id, id desc);

-- Two people review, each blind to the other; a third settles where they differ.
create table audit.sample_reviewer (
  sample_id text not null references audit.sample on delete cascade,
  seat text not null check (seat in ('first', 'second', 'third')),
  person_id text not null,
  person_name text not null,
  joined_at timestamptz not null,
  finished_at timestamptz,
  primary key (sample_id, seat),
  unique (sample_id, person_id)
);

create table audit.sample_answer (
  sample_id text not null,
  seat text not null,
  record integer not null,
  question text not null,
  answer text not null check (answer in ('yes', 'no', 'not-applicable', 'cannot-tell')),
  value text not null,
  remark text not null,
  answered_at timestamptz not null,
  primary key (sample_id, seat, record, question),
  foreign key (sample_id, seat) references audit.sample_reviewer on delete cascade
);
