-- +goose Up
CREATE TABLE server (
	one           INTEGER PRIMARY KEY CHECK (one = 1),
	master_key_id TEXT NOT NULL,
	key_check     BLOB NOT NULL,
	epoch         INTEGER NOT NULL,
	setup_hash    BLOB,
	setup_until   INTEGER,
	setup_done_at INTEGER,
	ready_at      INTEGER
) STRICT;

CREATE TABLE organizations (
	id         TEXT PRIMARY KEY,
	slug       TEXT NOT NULL UNIQUE,
	name       TEXT NOT NULL,
	keyset     BLOB,
	mac_keyset BLOB,
	wrapped_by TEXT NOT NULL,
	epoch      INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	created_by TEXT NOT NULL,
	updated_at INTEGER NOT NULL,
	updated_by TEXT NOT NULL,
	deleted_at INTEGER,
	CHECK ((keyset IS NULL) = (mac_keyset IS NULL))
) STRICT;

CREATE TABLE users (
	id            TEXT PRIMARY KEY,
	email         TEXT NOT NULL,
	email_key     TEXT NOT NULL UNIQUE,
	name          TEXT NOT NULL,
	password_hash TEXT,
	created_at    INTEGER NOT NULL,
	created_by    TEXT NOT NULL,
	updated_at    INTEGER NOT NULL,
	updated_by    TEXT NOT NULL
) STRICT;

CREATE TABLE members (
	org       TEXT NOT NULL REFERENCES organizations (id),
	user      TEXT NOT NULL REFERENCES users (id),
	role      TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
	joined_at INTEGER NOT NULL,
	active_at INTEGER,
	PRIMARY KEY (org, user)
) STRICT;
CREATE INDEX members_user ON members (user, org);

CREATE TABLE sessions (
	id           TEXT PRIMARY KEY,
	token_hash   BLOB NOT NULL UNIQUE,
	user         TEXT NOT NULL REFERENCES users (id),
	created_at   INTEGER NOT NULL,
	seen_at      INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL,
	ended_at     INTEGER,
	confirmed_at INTEGER NOT NULL,
	last_org     TEXT,
	address      TEXT NOT NULL,
	agent        TEXT NOT NULL,
	data         BLOB
) STRICT;
CREATE INDEX sessions_user ON sessions (user, created_at);

CREATE TABLE links (
	token_hash BLOB PRIMARY KEY,
	kind       TEXT NOT NULL CHECK (kind IN ('reset', 'invitation')),
	user       TEXT REFERENCES users (id),
	made_by    TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at    INTEGER,
	revoked_at INTEGER
) STRICT;

CREATE TABLE hooks (
	id             TEXT PRIMARY KEY,
	org            TEXT NOT NULL REFERENCES organizations (id),
	name           TEXT NOT NULL,
	name_key       TEXT NOT NULL,
	trigger        TEXT NOT NULL,
	script         TEXT NOT NULL,
	script_version INTEGER NOT NULL,
	dependencies   TEXT NOT NULL,
	enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
	revision       INTEGER NOT NULL,
	created_at     INTEGER NOT NULL,
	created_by     TEXT NOT NULL,
	updated_at     INTEGER NOT NULL,
	updated_by     TEXT NOT NULL,
	updated_by_name TEXT NOT NULL,
	deleted_at     INTEGER,
	purge_at       INTEGER
) STRICT;
CREATE UNIQUE INDEX hooks_name ON hooks (org, name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX hooks_enabled ON hooks (org, trigger) WHERE enabled = 1 AND deleted_at IS NULL;
CREATE INDEX hooks_list ON hooks (org, trigger, name_key) WHERE deleted_at IS NULL;

CREATE TABLE hook_scripts (
	org           TEXT NOT NULL REFERENCES organizations (id),
	hook          TEXT NOT NULL REFERENCES hooks (id),
	version       INTEGER NOT NULL,
	script        TEXT NOT NULL,
	made_at       INTEGER NOT NULL,
	made_by       TEXT NOT NULL,
	made_by_name  TEXT NOT NULL,
	restored_from INTEGER,
	PRIMARY KEY (hook, version)
) STRICT;

-- A hook of '' marks a secret of the organization itself.
CREATE TABLE secrets (
	id           TEXT PRIMARY KEY,
	org          TEXT NOT NULL REFERENCES organizations (id),
	hook         TEXT NOT NULL,
	name         TEXT NOT NULL,
	note         TEXT NOT NULL,
	revision     INTEGER NOT NULL,
	version      INTEGER NOT NULL,
	last_version INTEGER NOT NULL,
	created_at   INTEGER NOT NULL,
	created_by   TEXT NOT NULL,
	updated_at   INTEGER NOT NULL,
	updated_by   TEXT NOT NULL,
	updated_by_name TEXT NOT NULL,
	deleted_at   INTEGER,
	purge_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX secrets_name ON secrets (org, hook, name) WHERE deleted_at IS NULL;

CREATE TABLE secret_versions (
	secret        TEXT NOT NULL REFERENCES secrets (id),
	version       INTEGER NOT NULL,
	org           TEXT NOT NULL REFERENCES organizations (id),
	sealed        BLOB,
	key_id        TEXT NOT NULL,
	mac           BLOB NOT NULL,
	made_at       INTEGER NOT NULL,
	made_by_kind  TEXT NOT NULL,
	made_by       TEXT NOT NULL,
	made_by_name  TEXT NOT NULL,
	restored_from INTEGER,
	destroyed_at  INTEGER,
	PRIMARY KEY (secret, version),
	CHECK ((sealed IS NULL) = (destroyed_at IS NOT NULL))
) STRICT;

CREATE TABLE secret_uses (
	org        TEXT NOT NULL REFERENCES organizations (id),
	secret     TEXT NOT NULL REFERENCES secrets (id),
	actor_kind TEXT NOT NULL,
	actor      TEXT NOT NULL,
	version    INTEGER NOT NULL,
	how        TEXT NOT NULL CHECK (how IN ('reveal', 'copy', 'read')),
	actor_name TEXT NOT NULL,
	uses       INTEGER NOT NULL,
	first_at   INTEGER NOT NULL,
	last_at    INTEGER NOT NULL,
	PRIMARY KEY (org, secret, actor_kind, actor, version, how)
) STRICT;

CREATE TABLE audit_logs (
	id         TEXT PRIMARY KEY,
	public_key TEXT NOT NULL,
	sealed_key BLOB NOT NULL,
	size       INTEGER NOT NULL,
	last_at    INTEGER NOT NULL,
	frontier   BLOB NOT NULL,
	checkpoint TEXT NOT NULL
) STRICT;

CREATE TABLE audit_marks (
	log  TEXT NOT NULL REFERENCES audit_logs (id),
	size INTEGER NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (log, size)
) STRICT;

CREATE TABLE audit_entries (
	log            TEXT NOT NULL,
	seq            INTEGER NOT NULL,
	format         INTEGER NOT NULL,
	id             TEXT NOT NULL UNIQUE,
	at             INTEGER NOT NULL,
	actor_kind     TEXT NOT NULL,
	actor          TEXT,
	actor_name     TEXT,
	credential     TEXT,
	action         TEXT NOT NULL,
	parent         TEXT,
	parent_name    TEXT,
	target_kind    TEXT,
	target         TEXT,
	target_name    TEXT,
	target_version INTEGER,
	outcome        TEXT NOT NULL CHECK (outcome IN ('done', 'denied', 'failed')),
	reason         TEXT,
	address        TEXT,
	agent          TEXT,
	request        TEXT,
	change         TEXT,
	detail         TEXT,
	leaf           BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_entries_seq ON audit_entries (log, seq);
CREATE INDEX audit_entries_actor ON audit_entries (log, actor, seq);
CREATE INDEX audit_entries_target ON audit_entries (log, target, seq);
CREATE INDEX audit_entries_parent ON audit_entries (log, parent, seq);

-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
-- +goose StatementEnd
