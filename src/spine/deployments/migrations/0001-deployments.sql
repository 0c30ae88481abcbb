-- Places, people, products, deployments and their charters.
create schema deployments;

create table deployments.organization (
  -- One installation serves one organization: at most one row.
  only_one boolean primary key default true check (only_one),
  name text not null,
  size text,
  updated_at timestamptz not null
);

create table deployments.facility (
  id text primary key,
  slug text not null unique,
  name text not null,
  aliases text[] not null default '{}',
  updated_at timestamptz not null
);

create table deployments.unit (
  id text primary key,
  facility_id text not null references deployments.facility,
  slug text not null,
  name text not null,
  aliases text[] not null default '{}',
  updated_at timestamptz not null,
  unique (facility_id, slug),
  unique (facility_id, id)
);

create table deployments.person (
  id text primary key,
  user_name text not null,
  external_id text,
  given_name text not null,
  family_name text not null,
  display_name text,
  email text,
  job text,
  leads boolean not null default false,
  facility_id text references deployments.facility,
  unit_id text,
  starts_on date,
  active boolean not null default true,
  source text not null check (source in ('csv', 'scim')),
  -- Family name before given name, in lower case and without accents: the order of every list.
  sort_name text collate "C" not null,
  -- All the words a person can be searched by, folded the same way.
  search_text text not null,
  search tsvector generated always as (to_tsvector('simple', search_text)) stored,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Removed by the identity provider: kept for the evidence that names the id, seen by nobody.
  removed_at timestamptz,
  foreign key (facility_id, unit_id) references deployments.unit (facility_id, id)
);
create unique index person_user_name on deployments.person (lower(user_name)) where removed_at is null;
create index person_external_id on deployments.person (external_id) where removed_at is null;
create index person_sorted on deployments.person (sort_name, id) where removed_at is null;
create index person_in_unit on deployments.person (unit_id, sort_name, id) where removed_at is null;
create index person_in_facility on deployments.person (facility_id, sort_name, id) where removed_at is null;
create index person_search on deployments.person using gin (search);

create table deployments.roster_import (
  id text primary key,
  at timestamptz not null,
  by_id text not null,
  file text not null,
  sha256 text not null,
  rows int not null,
  added int not null,
  changed int not null,
  deactivated int not null
);

create table deployments.product (
  id text primary key,
  slug text not null unique,
  name text not null,
  vendor text not null,
  kind text not null,
  class text not null,
  created_at timestamptz not null
);
create index product_of_vendor on deployments.product (vendor);

create table deployments.product_version (
  id text primary key,
  product_id text not null references deployments.product,
  version text not null,
  released_on date,
  notes text,
  created_at timestamptz not null,
  unique (product_id, version),
  unique (product_id, id)
);

create table deployments.deployment (
  id text primary key,
  slug text not null unique,
  title text not null,
  product_id text not null references deployments.product,
  version_id text not null,
  stage text not null,
  mode text not null,
  programme_start date,
  go_live date,
  -- The current version of the charter; 0 before the first. Who saves locks this row and compares.
  charter_version int not null default 0,
  owner_name text,
  owner_hours double precision,
  owner_accepted_at timestamptz,
  owner_accepted_id text,
  owner_accepted_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  foreign key (product_id, version_id) references deployments.product_version (product_id, id)
);
create index deployment_recent on deployments.deployment (updated_at desc, id desc);
create index deployment_of_product on deployments.deployment (product_id);

create table deployments.deployment_place (
  deployment_id text not null references deployments.deployment,
  facility_id text not null references deployments.facility,
  -- Null: the whole facility.
  unit_id text,
  foreign key (facility_id, unit_id) references deployments.unit (facility_id, id),
  unique nulls not distinct (deployment_id, facility_id, unit_id)
);
create index deployment_place_of_facility on deployments.deployment_place (facility_id, unit_id);

create table deployments.charter_version (
  deployment_id text not null references deployments.deployment,
  version int not null check (version > 0),
  -- Canonical JSON (RFC 8785), as it was hashed: text, because jsonb would write it anew.
  charter text not null,
  digest text not null,
  -- The author's own text with its comments, where the charter came as YAML or descends from one that did.
  yaml text,
  differences text not null,
  changes text[] not null,
  amended text[] not null,
  reason text,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  primary key (deployment_id, version)
);

create table deployments.charter_lock (
  deployment_id text not null,
  section text not null,
  version int not null,
  hash text not null,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  primary key (deployment_id, section, version),
  foreign key (deployment_id, version) references deployments.charter_version
);

create table deployments.amendment (
  id text primary key,
  deployment_id text not null,
  section text not null,
  version int not null,
  hash_before text not null,
  hash_after text not null,
  differences text not null,
  reason text not null,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  unique (deployment_id, version, section),
  foreign key (deployment_id, version) references deployments.charter_version
);

create table deployments.event (
  position bigint generated always as identity primary key,
  id text not null unique,
  deployment_id text not null references deployments.deployment,
  kind text not null,
  changes text[] not null,
  at timestamptz not null,
  by_id text not null,
  by_name text not null,
  reason text,
  says text not null
);
create index event_recent on deployments.event (deployment_id, position desc);
create index event_that_reopens on deployments.event (deployment_id, at) where changes <> '{}';
