-- +goose Up
-- A key whose made_by is NULL was made by the operator. expires_at NULL: never.
CREATE TABLE api_keys (
	id           TEXT PRIMARY KEY,
	org          TEXT NOT NULL REFERENCES organizations (id),
	name         TEXT NOT NULL,
	token_hash   BLOB NOT NULL UNIQUE,
	hint         TEXT NOT NULL,
	scopes       TEXT NOT NULL,
	made_by      TEXT REFERENCES users (id),
	made_by_name TEXT NOT NULL,
	created_at   INTEGER NOT NULL,
	expires_at   INTEGER,
	revoked_at   INTEGER,
	used_at      INTEGER,
	used_from    TEXT
) STRICT;
CREATE INDEX api_keys_list ON api_keys (org, created_at);

-- What /oauth/token hands out: it dies with its key.
CREATE TABLE access_tokens (
	token_hash BLOB PRIMARY KEY,
	org        TEXT NOT NULL REFERENCES organizations (id),
	key        TEXT NOT NULL REFERENCES api_keys (id),
	scopes     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX access_tokens_expired ON access_tokens (expires_at);
