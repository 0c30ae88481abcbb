-- What stands between the EHR and a vendor: how both are reached, which policy acts, what the vendor promised in discovery.
create schema gateway;

-- The connection of a deployment. `generation` grows with everything an instance must know at once.
create table gateway.service (
  deployment_id text primary key,
  connection text not null,
  acting int not null default 1,
  generation bigint not null default 1,
  changed_at timestamptz(3) not null,
  changed_by text not null
);

-- Every policy that was ever proposed. The document stays as it was; only its state moves.
create table gateway.policy (
  deployment_id text not null references gateway.service,
  version int not null check (version > 0),
  document text not null,
  digest text not null,
  state text not null check (state in ('proposed', 'refused', 'acting', 'replaced')),
  reason text not null,
  needs text[] not null,
  proposed_at timestamptz(3) not null,
  proposed_by text not null,
  proposed_name text not null,
  decided_at timestamptz(3),
  decided_by text,
  decided_name text,
  primary key (deployment_id, version)
);
create unique index policy_one_acts on gateway.policy (deployment_id) where state = 'acting';

-- What the vendor's discovery said, as it came, each time it said something new.
create table gateway.discovery (
  deployment_id text not null references gateway.service,
  nth int not null,
  digest text not null,
  body bytea not null,
  first_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  faults text not null,
  primary key (deployment_id, nth)
);

-- Processes that serve, and when each began to act by which policy: the proof of a kill switch.
create table gateway.instance (
  id text primary key,
  started_at timestamptz(3) not null,
  seen_at timestamptz(3) not null
);
create table gateway.acted (
  deployment_id text not null,
  version int not null,
  instance text not null,
  at timestamptz(3) not null,
  mode text not null,
  after_ms double precision,
  primary key (deployment_id, version, instance)
);

-- A caller's token is used once. Only a hash of its issuer and id is kept, until it would have ended anyway.
create table gateway.used_token (
  name bytea primary key check (octet_length(name) = 32),
  ends_at timestamptz(3) not null
);
create index used_token_ends on gateway.used_token (ends_at);

-- The vendor's own names of a card and its suggestions, so that feedback finds back.
create table gateway.card (
  decision text primary key,
  service text not null,
  card text,
  suggestions text[] not null,
  at timestamptz(3) not null
);
create index card_by_time on gateway.card (at);

-- What was shown, where a policy counts: repeats and budgets. Names are references or keyed hashes.
create table gateway.turn (
  deployment_id text not null,
  whom text not null,
  class text not null,
  at timestamptz(3) not null
);
create index turn_by_whom on gateway.turn (deployment_id, whom, at);

-- Keys that sign towards vendors: the public halves, published; each private half is in one instance's data folder.
create table gateway.signing_key (
  kid text primary key,
  jwk text not null,
  made_at timestamptz(3) not null
);

-- Traffic by the minute, added up over all instances. Bounds of the counts are in traffic.ts.
create table gateway.minute (
  deployment_id text not null,
  minute timestamptz(3) not null,
  calls int not null,
  outcomes jsonb not null,
  answered int[] not null,
  vendor int[] not null,
  primary key (deployment_id, minute)
);

-- Faults found in the vendor's answers, by kind: how often, and when last.
create table gateway.lint (
  deployment_id text not null,
  path text not null,
  says text not null,
  severity text not null,
  times bigint not null,
  first_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  primary key (deployment_id, path, says)
);
