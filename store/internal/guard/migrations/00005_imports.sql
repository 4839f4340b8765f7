-- +goose Up
-- What somebody handed in waits here, sealed, until they have seen what it would do. It
-- is bound to the session, or the API key, that it came with. place is '' for hooks,
-- 'organization', or the id of a hook.
CREATE TABLE import_plans (
	id         TEXT PRIMARY KEY,
	org        TEXT NOT NULL REFERENCES organizations (id),
	place      TEXT NOT NULL,
	credential TEXT NOT NULL,
	sealed     BLOB NOT NULL,
	key_id     TEXT NOT NULL,
	made_at    INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX import_plans_expired ON import_plans (expires_at);
CREATE INDEX import_plans_credential ON import_plans (org, credential);

-- Many changes with one undo: steps is what undoes them, as JSON, without any value.
CREATE TABLE changes (
	id           TEXT PRIMARY KEY,
	org          TEXT NOT NULL REFERENCES organizations (id),
	place        TEXT NOT NULL,
	made_by      TEXT NOT NULL,
	made_by_name TEXT NOT NULL,
	made_at      INTEGER NOT NULL,
	undo_until   INTEGER NOT NULL,
	undone_at    INTEGER,
	undone_by    TEXT,
	hooks        INTEGER NOT NULL, -- how many it made or changed
	secrets      INTEGER NOT NULL,
	steps        TEXT NOT NULL
) STRICT;
CREATE INDEX changes_place ON changes (org, place, made_at);
CREATE INDEX changes_over ON changes (undo_until);

-- A value can also leave in an export.
CREATE TABLE uses (
	org        TEXT NOT NULL REFERENCES organizations (id),
	secret     TEXT NOT NULL REFERENCES secrets (id),
	actor_kind TEXT NOT NULL,
	actor      TEXT NOT NULL,
	version    INTEGER NOT NULL,
	how        TEXT NOT NULL CHECK (how IN ('reveal', 'copy', 'read', 'export')),
	actor_name TEXT NOT NULL,
	uses       INTEGER NOT NULL,
	first_at   INTEGER NOT NULL,
	last_at    INTEGER NOT NULL,
	PRIMARY KEY (org, secret, actor_kind, actor, version, how)
) STRICT;
INSERT INTO uses (org, secret, actor_kind, actor, version, how, actor_name, uses, first_at, last_at)
SELECT org, secret, actor_kind, actor, version, how, actor_name, uses, first_at, last_at
FROM secret_uses;
DROP TABLE secret_uses;
ALTER TABLE uses RENAME TO secret_uses;
CREATE INDEX secret_uses_actor ON secret_uses (org, actor_kind, actor);
CREATE INDEX secret_uses_secret ON secret_uses (secret);
