-- A first request whose process died: which process had it, and did anything of it come through?

alter table server.idempotency
  add column instance text not null default '',
  -- Set in the very transaction of the change: without it nothing was recorded, and a repeat may do it.
  add column committed boolean not null default false;
