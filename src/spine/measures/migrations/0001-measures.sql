-- Every measurement ever published, and who vouched for the attested ones.
create schema measures;

create table measures.measurement (
  id bigint generated always as identity primary key,
  deployment_id text not null,
  measure text not null,
  facility text,
  department text,
  -- A part that is no unit of the hospital: a data element, a metric, an output class.
  element text,
  -- Null: not measurable; `explain` says why.
  value double precision,
  low double precision,
  high double precision,
  level double precision,
  n bigint check (n >= 0),
  as_of timestamptz not null,
  class text not null check (class in ('E0', 'E1', 'E2', 'E3')),
  explain text not null,
  source text not null,
  recorded_at timestamptz not null,
  check ((low is null) = (high is null) and (low is null) = (level is null)),
  -- Publishing the same result again changes nothing.
  unique nulls not distinct (source, measure, deployment_id, facility, department, element)
);
create index measurement_latest on measures.measurement (deployment_id, measure, as_of desc, id desc);

create table measures.attestation (
  id text primary key,
  measurement_id bigint not null unique references measures.measurement,
  reason text not null,
  document text,
  by_id text not null,
  by_name text not null,
  at timestamptz not null
);

-- History is not edited: a better number is a new row.
create function measures.refuse_edit() returns trigger language plpgsql as $$
begin
  raise exception 'measurements are never changed or removed; publish a new one';
end $$;
create trigger measurement_is_kept before update or delete on measures.measurement for each statement execute function measures.refuse_edit();
create trigger attestation_is_kept before update or delete on measures.attestation for each statement execute function measures.refuse_edit();
