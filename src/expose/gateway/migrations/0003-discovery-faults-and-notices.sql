-- Why the vendor's discovery could not be read when it was last tried; null where it could.
alter table gateway.service add column discovery_fault text;
alter table gateway.service add column discovery_fault_at timestamptz(3);

-- What tells patients and staff of the AI, and whether it was there when it was last looked for.
create table gateway.notice (
  deployment_id text not null references gateway.service,
  whom text not null check (whom in ('patients', 'staff')),
  url text not null,
  at timestamptz(3) not null,
  reached boolean not null,
  says text not null,
  primary key (deployment_id, whom)
);
