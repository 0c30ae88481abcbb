-- What the committee decided about each gate of each deployment, and on which numbers.
create schema gates;

create table gates.setting (
  deployment_id text primary key,
  path text not null check (path in ('full', 'fast-track', 'registration-only')),
  reason text not null,
  by_id text not null,
  by_name text not null,
  at timestamptz not null
);

create table gates.decision (
  id text primary key,
  deployment_id text not null,
  gate text not null,
  -- 1, 2, 3 … per gate: of two who decide at once, one finds the number taken.
  sequence int not null check (sequence > 0),
  outcome text not null check (outcome in ('approve', 'approve-with-contingencies', 're-review', 'decline')),
  -- The whole decision and every value it saw, as canonical JSON: text, because the digest is over these bytes.
  record text not null,
  snapshot text not null,
  digest text not null,
  at timestamptz not null,
  unique (deployment_id, gate, sequence)
);

create table gates.lock (
  deployment_id text not null,
  gate text not null,
  -- The criteria as they stood when the gate before was approved, canonical JSON.
  criteria text not null,
  digest text not null,
  locked_with text not null,
  decision_id text not null references gates.decision,
  at timestamptz not null,
  primary key (deployment_id, gate)
);

create table gates.amendment (
  id text primary key,
  -- Their order: two may come in one millisecond.
  position bigint generated always as identity,
  deployment_id text not null,
  gate text not null,
  criterion text not null,
  condition int not null,
  was text not null,
  now text not null,
  reason text not null,
  by_id text not null,
  by_name text not null,
  at timestamptz not null,
  after_lock boolean not null
);
create index amendment_of on gates.amendment (deployment_id, at);

create table gates.waiver (
  id text primary key,
  deployment_id text not null,
  gate text not null,
  criterion text not null,
  reason text not null,
  expires date not null,
  requested_by_id text not null,
  requested_by_name text not null,
  requested_at timestamptz not null,
  approved_by_id text check (approved_by_id <> requested_by_id),
  approved_by_name text,
  approved_at timestamptz,
  ended_at timestamptz,
  ended_because text
);
create index waiver_of on gates.waiver (deployment_id);

create table gates.reopening (
  id text primary key,
  deployment_id text not null,
  gate text not null,
  decision_id text not null references gates.decision,
  because text not null,
  criteria text[] not null,
  source text not null,
  -- When it came about; `noted_at` is when the house wrote it down.
  at timestamptz not null,
  noted_at timestamptz not null,
  unique (decision_id, source)
);
create index reopening_of on gates.reopening (deployment_id);

-- Decisions, locks and amendments are not edited: the next one follows.
create function gates.refuse_edit() returns trigger language plpgsql as $$
begin
  raise exception 'what was decided is never changed or removed';
end $$;
create trigger decision_is_kept before update or delete on gates.decision for each statement execute function gates.refuse_edit();
create trigger lock_is_kept before update or delete on gates.lock for each statement execute function gates.refuse_edit();
create trigger amendment_is_kept before update or delete on gates.amendment for each statement execute function gates.refuse_edit();
create trigger reopening_is_kept before update or delete on gates.reopening for each statement execute function gates.refuse_edit();
