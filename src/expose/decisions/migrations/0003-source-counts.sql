-- How many inferences the source itself counted in an hour, as it was told last. Every telling is in the ledger.
create table decisions.source_count (
  deployment_id text not null,
  hour timestamptz(3) not null,
  inferences int not null check (inferences >= 0),
  eligible int check (eligible >= 0),
  primary key (deployment_id, hour)
);
