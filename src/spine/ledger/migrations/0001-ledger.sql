-- The ledger: entries that can be added and never changed, the head they grow from, and the checkpoints that sign it.
create schema ledger;

-- One row: how far the ledger has grown. Appending locks it, so positions have no gaps and no two writers share one.
create table ledger.head (
  one boolean primary key default true check (one),
  origin text,
  size bigint not null check (size >= 0),
  frontier bytea not null
);
insert into ledger.head (size, frontier) values (0, '');

-- The leaf is the record; every other column repeats it for queries and is compared with it by verification.
create table ledger.entry (
  position bigint primary key,
  leaf bytea not null check (octet_length(leaf) <= 65535),
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  at timestamptz(3) not null,
  kind text not null,
  actor_kind text not null,
  actor_ref text not null,
  deployment text,
  subject text not null
);
create index entry_by_deployment on ledger.entry (deployment, position) where deployment is not null;
create index entry_by_kind on ledger.entry (kind text_pattern_ops, position);
create index entry_by_subject on ledger.entry (subject, position);

-- The note is the record; size repeats it, and the frontier must hash to the root the note signs.
create table ledger.checkpoint (
  size bigint not null check (size >= 0),
  note text not null,
  frontier bytea not null,
  primary key (size, note)
);

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger only grows: % on ledger.% is refused', tg_op, tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger entry_stays before update or delete on ledger.entry for each row execute function ledger.refuse_change();
create trigger entry_is_kept before truncate on ledger.entry for each statement execute function ledger.refuse_change();
create trigger checkpoint_stays before update or delete on ledger.checkpoint for each row execute function ledger.refuse_change();
create trigger checkpoint_is_kept before truncate on ledger.checkpoint for each statement execute function ledger.refuse_change();
create trigger head_stays before delete on ledger.head for each row execute function ledger.refuse_change();
create trigger head_is_kept before truncate on ledger.head for each statement execute function ledger.refuse_change();

create function ledger.only_forward() returns trigger language plpgsql as $$
begin
  if new.size < old.size or (old.origin is not null and new.origin is distinct from old.origin) then
    raise exception 'the ledger only grows: its head cannot go back' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger head_grows before update on ledger.head for each row execute function ledger.only_forward();
