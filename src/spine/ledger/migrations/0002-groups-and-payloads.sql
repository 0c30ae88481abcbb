-- What proofs, sealed payloads and witnesses need. Every column here is bound to an entry, a digest, a signature or a
-- sealed text, so that verification names one that was altered.

-- Roots of complete subtrees of 256, 65,536, … leaves: level 8, 16, …. With them a proof reads a few hundred hashes of
-- a ledger of any length. They are the hashes of C2SP tiles above level 0.
create table ledger.node (
  level smallint not null check (level > 0 and level % 8 = 0),
  index bigint not null check (index >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  primary key (level, index)
);

-- A data key seals the payloads about one subject in one calendar year; without `wrapped` it was shredded.
create table ledger.data_key (
  id text primary key,
  subject text not null,
  year integer not null,
  kek text,
  wrapped bytea,
  check ((kek is null) = (wrapped is null))
);
create unique index data_key_of_subject on ledger.data_key (subject, year) where wrapped is not null;
create index data_key_by_year on ledger.data_key (year) where wrapped is not null;

-- A sealed payload, in the bytes its entry's digest is of. They stay when the key is shredded: nobody can read them,
-- and the digest still fits.
create table ledger.payload (
  position bigint primary key,
  key text not null,
  sealed bytea not null
);
alter table ledger.payload alter column sealed set storage external;
create index payload_by_key on ledger.payload (key);

-- Which random reference stands for which identifier. The identifier is sealed; `lookup` is its HMAC.
create table ledger.subject (
  reference text primary key,
  lookup bytea not null unique check (octet_length(lookup) = 32),
  kek text not null,
  sealed bytea not null
);

-- What witnesses signed; the line is the record.
create table ledger.cosignature (
  size bigint not null check (size >= 0),
  witness text not null,
  line text not null,
  primary key (size, witness)
);

create trigger node_stays before update or delete on ledger.node for each row execute function ledger.refuse_change();
create trigger node_is_kept before truncate on ledger.node for each statement execute function ledger.refuse_change();
create trigger payload_stays before update or delete on ledger.payload for each row execute function ledger.refuse_change();
create trigger payload_is_kept before truncate on ledger.payload for each statement execute function ledger.refuse_change();

-- Adds entries from a position on and moves the head. `was` is the right edge the writer hashed onto: when the head is
-- another by now nothing happens and the answer is false. One statement, planned once per connection.
create function ledger.grow(
  from_position bigint, was bytea, becomes bytea,
  leaves bytea[], hashes bytea[], ats timestamptz[], kinds text[], actor_kinds text[], actor_refs text[], deployments text[], subjects text[],
  node_levels smallint[], node_indexes bigint[], node_hashes bytea[],
  payload_positions bigint[], payload_keys text[], payload_seals bytea[]
) returns boolean language plpgsql as $$
begin
  -- An acknowledged entry is on the disk, whatever the server's default is.
  if current_setting('synchronous_commit') = 'off' then perform set_config('synchronous_commit', 'on', true); end if;
  update ledger.head set size = from_position + cardinality(leaves), frontier = becomes where size = from_position and frontier = was;
  if not found then return false; end if;
  insert into ledger.entry (position, leaf, leaf_hash, at, kind, actor_kind, actor_ref, deployment, subject)
    select from_position + n - 1, leaf, leaf_hash, at, kind, actor_kind, actor_ref, deployment, subject
    from unnest(leaves, hashes, ats, kinds, actor_kinds, actor_refs, deployments, subjects) with ordinality
      as t(leaf, leaf_hash, at, kind, actor_kind, actor_ref, deployment, subject, n);
  if cardinality(node_levels) > 0 then
    insert into ledger.node (level, index, hash) select * from unnest(node_levels, node_indexes, node_hashes);
  end if;
  if cardinality(payload_positions) > 0 then
    insert into ledger.payload (position, key, sealed) select * from unnest(payload_positions, payload_keys, payload_seals);
  end if;
  return true;
end $$;
