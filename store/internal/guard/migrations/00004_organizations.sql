-- +goose Up
-- What owners settle for everybody in their organization.
ALTER TABLE organizations ADD COLUMN reveal_seconds INTEGER NOT NULL DEFAULT 30 CHECK (reveal_seconds BETWEEN 10 AND 300);
ALTER TABLE organizations ADD COLUMN editors_reveal INTEGER NOT NULL DEFAULT 1 CHECK (editors_reveal IN (0, 1));
ALTER TABLE organizations ADD COLUMN confirm TEXT NOT NULL DEFAULT 'recently' CHECK (confirm IN ('never', 'recently', 'always'));
ALTER TABLE organizations ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

-- Addresses that an organization had before. They lead its members to the new one,
-- and nobody else gets them.
CREATE TABLE old_slugs (
	slug TEXT PRIMARY KEY,
	org  TEXT NOT NULL REFERENCES organizations (id)
) STRICT;

-- The request that confirmed a session last, for organizations that ask every time.
ALTER TABLE sessions ADD COLUMN confirmed_in TEXT NOT NULL DEFAULT '';

CREATE TABLE invitations (
	id           TEXT PRIMARY KEY,
	org          TEXT NOT NULL REFERENCES organizations (id),
	token_hash   BLOB NOT NULL UNIQUE,
	email        TEXT NOT NULL,
	email_key    TEXT NOT NULL,
	role         TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
	made_by      TEXT NOT NULL,
	made_by_name TEXT NOT NULL,
	sent_at      INTEGER NOT NULL, -- by made_by, who made the link that is out now
	expires_at   INTEGER NOT NULL,
	used_at      INTEGER,
	revoked_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX invitations_open ON invitations (org, email_key) WHERE used_at IS NULL AND revoked_at IS NULL;

-- Somebody who has seen the value has left: it is due for a new one. They are named
-- in due_for, since due_at.
ALTER TABLE secrets ADD COLUMN due_at INTEGER;
ALTER TABLE secrets ADD COLUMN due_for TEXT;

-- Who has seen what: for the people who leave.
CREATE INDEX secret_uses_actor ON secret_uses (org, actor_kind, actor);

-- Whenever a secret goes, SQLite looks for what refers to it.
CREATE INDEX secret_uses_secret ON secret_uses (secret);
CREATE INDEX api_keys_maker ON api_keys (org, made_by);

-- Secrets that wait for a value stand first in their list.
CREATE INDEX secrets_pending ON secrets (org, hook, version, name) WHERE version = 0 AND deleted_at IS NULL;
