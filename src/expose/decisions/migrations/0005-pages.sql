-- The records of a batch lie together, some hundreds to a row: a row, and its place in two indexes, cost more than the
-- record. Each line is the exact text of one record, the leaf of the tree whose root is in the ledger; JSON holds no line feed.
create table decisions.batch_page (
  batch text not null,
  first int not null check (first >= 0),
  -- Raw DEFLATE where it is packed: a fifth of the space, and quicker than writing what it saves.
  packed boolean not null,
  lines bytea not null,
  primary key (batch, first)
);
alter table decisions.batch_page alter column lines set storage external;
insert into decisions.batch_page (batch, first, packed, lines)
  select batch, nth / 256 * 256, false, string_agg(body, '\x0a'::bytea order by nth) from decisions.batch_record group by batch, nth / 256;
alter table decisions.batch_payload drop constraint batch_payload_batch_nth_fkey;
drop table decisions.batch_record;
create trigger batch_page_stays before update or delete on decisions.batch_page for each row execute function ledger.refuse_change();

-- The name holds the deployment already, and half of it is beyond any chance of meeting another; the index of it is the
-- greatest cost of a record, and so is a third of what it was.
create table decisions.told (
  name uuid primary key,
  decision text not null
);
insert into decisions.told (name, decision) select encode(substring(name for 16), 'hex')::uuid, decision from decisions.known on conflict do nothing;
drop table decisions.known;
alter table decisions.told rename to known;

-- Where it is written what was told of a decision in batches: position of the batch's entry times 2^20, and its number in
-- the batch. It is projected with the fact, so that taking records in does not pay for an index of them.
alter table decisions.fact add column told_in bigint[] not null default '{}';

-- Facts are made anew from the ledger, with their places.
truncate decisions.fact, decisions.outcome, decisions.day;
update decisions.progress set position = 0;
