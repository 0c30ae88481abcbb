-- Feedback on its way to a vendor, policies that act although a gate is not passed, and where an instance is reached.

-- What a vendor is still to hear: one feedback in its own names, written with the entry that records it. The bytes are
-- encrypted, because a clinician's comment may be in them. A row goes when the vendor has it, or when it is given up.
create table gateway.outbox (
  id text primary key,
  deployment_id text not null references gateway.service,
  service text not null,
  body bytea not null,
  made_at timestamptz(3) not null,
  tries int not null default 0,
  next_at timestamptz(3) not null,
  last_fault text
);
create index outbox_due on gateway.outbox (next_at);

-- Why a policy may act although its gate is not passed: who says so stands with the version.
alter table gateway.policy add column exception text;

-- The address under which an instance is reached, as its settings tell it.
alter table gateway.instance add column address text;

-- What something faulty looked like: its keys, and of every value only what kind it is.
alter table gateway.lint add column example text;
