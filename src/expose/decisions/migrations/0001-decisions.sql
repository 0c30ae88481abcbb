-- AI decisions: what was taken in by the batch, and the facts that follow from the ledger.
create schema decisions;

-- Who told what already: the same record again is the same record. The name is a keyed hash, never the producer's text.
create table decisions.known (
  deployment_id text not null,
  name bytea not null check (octet_length(name) = 32),
  decision text not null,
  primary key (deployment_id, name)
);

-- One leaf of the ledger commits to all records of a batch, in this order, by the root over their bytes.
create table decisions.batch (
  id text primary key,
  deployment_id text not null,
  position bigint not null unique,
  records int not null check (records > 0),
  root bytea not null check (octet_length(root) = 32)
);
create table decisions.batch_record (
  batch text not null references decisions.batch,
  nth int not null,
  decision text not null,
  body bytea not null,
  primary key (batch, nth)
);
-- What is sealed beside a record of a batch; the record has its digest. It stays when the key is shredded.
create table decisions.batch_payload (
  batch text not null,
  nth int not null,
  key text not null,
  sealed bytea not null,
  primary key (batch, nth),
  foreign key (batch, nth) references decisions.batch_record
);
alter table decisions.batch_payload alter column sealed set storage external;
create index batch_record_by_decision on decisions.batch_record (decision);

create trigger batch_stays before update or delete on decisions.batch for each row execute function ledger.refuse_change();
create trigger batch_payload_stays before update or delete on decisions.batch_payload for each row execute function ledger.refuse_change();
create trigger batch_record_stays before update or delete on decisions.batch_record for each row execute function ledger.refuse_change();

-- Everything below follows from the ledger and is made anew by `attending decisions rebuild`.
create table decisions.progress (
  one boolean primary key default true check (one),
  position bigint not null
);
insert into decisions.progress (position) values (0);

create table decisions.fact (
  decision text primary key,
  deployment_id text not null,
  position bigint not null,
  name text not null,
  at timestamptz(3) not null,
  asked_at timestamptz(3),
  recorded_at timestamptz(3) not null,
  shown_at timestamptz(3),
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
  moment_at timestamptz(3),
  assurance text not null,
  via text not null,
  delivered boolean,
  seen_at timestamptz(3),
  act text,
  act_at timestamptz(3),
  reason text,
  edited double precision,
  dwell_ms integer,
  dwell_from text,
  acted_at timestamptz(3),
  signed_at timestamptz(3),
  repeat_of text
);
create index fact_by_time on decisions.fact (deployment_id, at desc, decision);
create index fact_by_subject on decisions.fact (deployment_id, subject, class, at desc);
create index fact_by_disposition on decisions.fact (deployment_id, disposition, at desc);

create table decisions.outcome (
  decision text not null,
  deployment_id text not null,
  name text not null,
  at timestamptz(3) not null,
  positive boolean,
  acted boolean not null,
  value double precision,
  primary key (decision, name)
);
create index outcome_by_name on decisions.outcome (deployment_id, name, at);

-- One row per day and kind of decision: pages and measures read these, so that they cost the days and not the decisions.
create table decisions.day (
  deployment_id text not null,
  day date not null,
  facility text not null default '',
  department text not null default '',
  class text not null default '',
  disposition text not null,
  assurance text not null,
  arm text not null default '',
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
  primary key (deployment_id, day, facility, department, class, disposition, assurance, arm)
);
