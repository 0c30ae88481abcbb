-- Who may use this installation: accounts, sessions, one-time links, API keys; and what was answered to repeated requests.

create table server.account (
  id text primary key,
  email text not null,
  name text not null,
  roles text[] not null,
  vendor text,
  disabled boolean not null default false,
  -- scrypt, with its parameters and salt; null until one is set.
  password text,
  -- Who the hospital's own sign-in says it is.
  issuer text,
  subject text,
  created_at timestamptz not null,
  last_seen_at timestamptz,
  check ((issuer is null) = (subject is null))
);
create unique index account_email on server.account (lower(email));
create unique index account_subject on server.account (issuer, subject);

-- Tokens are kept as SHA-256 only: who reads this table cannot sign in with it.
create table server.session (
  token_sha256 text primary key,
  account text not null references server.account on delete cascade,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_account on server.session (account);

create table server.link (
  token_sha256 text primary key,
  account text not null references server.account on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index link_account on server.link (account);

create table server.api_key (
  id text primary key,
  name text not null,
  begins text not null,
  secret_sha256 text not null unique,
  roles text[] not null,
  scopes text[] not null,
  vendor text,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- Failed attempts to sign in, by the address they name and the machine they come from.
create table server.failed_attempt (
  who text not null,
  at timestamptz not null
);
create index failed_attempt_who on server.failed_attempt (who, at);

-- A visit to the hospital's own sign-in that has not come back yet.
create table server.oidc_visit (
  cookie_sha256 text primary key,
  state text not null,
  nonce text not null,
  verifier text not null,
  return_to text not null,
  expires_at timestamptz not null
);

create table server.idempotency (
  -- SHA-256 of caller, endpoint and the key that was sent.
  id text primary key,
  body_sha256 text not null,
  created_at timestamptz not null,
  -- Null while the first request is at work.
  status integer,
  content_type text,
  body text
);
create index idempotency_age on server.idempotency (created_at);
