-- What follows an audit: issues with their history, watched folders, looks at the foundation and the reviews they open.

create table audit.issue (
  id text primary key,
  deployment_id text not null,
  deployment text not null,
  check_id text not null,
  element text,
  resource text,
  facility text,
  department text,
  title text not null,
  tier text not null,
  priority text not null check (priority in ('high', 'normal', 'low')),
  state text not null check (state in ('open', 'holding', 'closed', 'set-aside')),
  -- A person of the roster, with the name they had.
  owner_id text,
  owner_name text,
  due_on date,
  -- How many times the due date was moved back.
  slips integer not null default 0,
  opened_at timestamptz not null,
  opened_by_id text not null,
  opened_by_name text not null,
  closed_at timestamptz,
  threshold double precision,
  bound text check (bound in ('at-least', 'at-most')),
  -- What the finding said when it was opened, and what the last audit that measured it said: run, at, n, k, rate, low, high, verdict as JSON.
  opened text not null,
  last text not null
);
create index issue_by_deployment on audit.issue (deployment_id, id desc);
-- One issue for one thing: a second one is refused while the first is not closed.
create unique index issue_once on audit.issue (deployment_id, check_id, coalesce(element, ''), coalesce(resource, ''), coalesce(facility, ''), coalesce(department, '')) where state in ('open', 'holding');

create table audit.issue_event (
  issue_id text not null references audit.issue on delete cascade,
  number integer not null,
  at timestamptz not null,
  kind text not null,
  by_name text not null,
  says text not null,
  run_id text,
  primary key (issue_id, number)
);

create table audit.watch (
  id text primary key,
  deployment_id text not null,
  deployment text not null,
  folder text not null,
  cadence text not null check (cadence in ('each-export', 'daily', 'weekly', 'monthly')),
  active boolean not null,
  created_at timestamptz not null,
  -- On whose behalf the audits are started: kind, id, name and roles as JSON.
  created_by text not null,
  next_at timestamptz,
  last_at timestamptz,
  last_run text,
  -- Names, sizes and times of the files audited last, and of those seen at the last look: what still changes is not complete.
  last_print text,
  seen_print text,
  looked_at timestamptz,
  says text
);
create unique index watch_once on audit.watch (deployment_id, folder);

-- One row per audit that was compared with those before: what it was allowed to spend, and on how many comparisons.
create table audit.look (
  run_id text primary key,
  deployment_id text not null,
  at timestamptz not null,
  -- Counted anew after each answered review.
  look integer not null,
  baseline_run text not null,
  previous_run text not null,
  alpha double precision not null,
  comparisons integer not null
);
create index look_by_deployment on audit.look (deployment_id, at desc);

create table audit.review (
  id text primary key,
  deployment_id text not null,
  deployment text not null,
  run_id text not null,
  state text not null check (state in ('open', 'closed')),
  opened_at timestamptz not null,
  causes text not null,
  look integer not null,
  alpha double precision not null,
  comparisons integer not null,
  answers_id text,
  answers_name text,
  decision text,
  closed_at timestamptz,
  closed_by text
);
create index review_by_deployment on audit.review (deployment_id, id desc);
