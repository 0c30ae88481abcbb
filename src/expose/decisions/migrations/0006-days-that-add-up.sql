-- What a period needs is kept by day, so that a summary costs its days and not its decisions. All of it follows from the
-- ledger and is made anew by `attending decisions rebuild`.
alter table decisions.day add column addressed bigint not null default 0;

-- How many of a day's decisions took so long, in classes of time. Classes of several days are added up.
create table decisions.day_time (
  deployment_id text not null,
  day date not null,
  -- `answer`, `record`, `dwell`: classes two per cent apart. `acted`: whole minutes from being shown to the action.
  -- `silent`: the hour (since 1970) in which it was shown, where nothing was done on it yet.
  what text not null,
  class int not null,
  decisions bigint not null,
  primary key (deployment_id, day, what, class)
);

-- Who was behind what was shown on a day: 48 bits of a hash of each reference, in order, so that the people of several
-- days are those of their union. Two of a million people share their bits with a chance of one in five hundred.
create table decisions.day_people (
  deployment_id text not null,
  day date not null,
  -- `subject` by unit, `user` over all of them.
  kind text not null,
  facility text not null,
  department text not null,
  people bytea not null,
  primary key (deployment_id, day, kind, facility, department)
);
alter table decisions.day_people alter column people set storage external;

-- Lists by class and by unit, the newest first.
create index fact_by_class on decisions.fact (deployment_id, class, at desc, decision desc);
create index fact_by_unit on decisions.fact (deployment_id, department, facility, at desc, decision desc);

truncate decisions.fact, decisions.outcome, decisions.day;
update decisions.progress set position = 0;
