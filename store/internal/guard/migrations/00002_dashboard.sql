-- +goose Up
ALTER TABLE users ADD COLUMN theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark'));
ALTER TABLE users ADD COLUMN shortcuts INTEGER NOT NULL DEFAULT 1 CHECK (shortcuts IN (0, 1));

-- The names of secrets that the script reads, as a JSON list. NULL: saved before
-- there was this column.
ALTER TABLE hooks ADD COLUMN reads TEXT;
ALTER TABLE hooks ADD COLUMN deleted_by_name TEXT;
CREATE INDEX hooks_deleted ON hooks (org, purge_at) WHERE purge_at IS NOT NULL;

ALTER TABLE secrets ADD COLUMN deleted_by_name TEXT;
CREATE INDEX secrets_deleted ON secrets (org, hook, purge_at) WHERE purge_at IS NOT NULL;

-- Searches look through the index alone: scripts make the rows long.
DROP INDEX hooks_list;
CREATE INDEX hooks_list ON hooks (org, trigger, name_key, enabled, id) WHERE deleted_at IS NULL;

-- Totals of a day (days since 1970, UTC), and where its entries stand in the log.
CREATE TABLE audit_days (
	log        TEXT NOT NULL REFERENCES audit_logs (id),
	day        INTEGER NOT NULL,
	actor_kind TEXT NOT NULL,
	actor      TEXT NOT NULL,
	class      TEXT NOT NULL CHECK (class IN ('open', 'read', 'change', 'look')),
	outcome    TEXT NOT NULL,
	n          INTEGER NOT NULL,
	first_seq  INTEGER NOT NULL,
	last_seq   INTEGER NOT NULL,
	last_at    INTEGER NOT NULL,
	PRIMARY KEY (log, day, actor_kind, actor, class, outcome)
) STRICT;

INSERT INTO audit_days (log, day, actor_kind, actor, class, outcome, n, first_seq, last_seq, last_at)
SELECT log, at / 86400000000, actor_kind, COALESCE(actor, ''),
	CASE
		WHEN action IN ('secret.reveal', 'secret.copy') THEN 'open'
		WHEN action IN ('hook.read', 'secret.list', 'audit.read', 'member.list',
			'user.sign_in', 'user.sign_out', 'user.confirm') THEN 'look'
		ELSE 'change'
	END,
	outcome, count(*), min(seq), max(seq), max(at)
FROM audit_entries
GROUP BY 1, 2, 3, 4, 5, 6;

-- Every name that a log has had for somebody or something, with the first entry
-- that has it: what a search over the log looks through.
CREATE TABLE audit_names (
	log  TEXT NOT NULL REFERENCES audit_logs (id),
	part TEXT NOT NULL CHECK (part IN ('actor', 'parent', 'target')),
	id   TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	seq  INTEGER NOT NULL,
	PRIMARY KEY (log, part, id, name)
) STRICT;

INSERT INTO audit_names (log, part, id, name, kind, seq)
SELECT log, 'actor', actor, actor_name, actor_kind, min(seq)
FROM audit_entries
WHERE actor IS NOT NULL AND actor_name IS NOT NULL
GROUP BY log, actor, actor_name, actor_kind
UNION ALL
SELECT log, 'parent', parent, parent_name, 'hook', min(seq)
FROM audit_entries
WHERE parent IS NOT NULL AND parent_name IS NOT NULL
GROUP BY log, parent, parent_name
UNION ALL
SELECT log, 'target', target, target_name, target_kind, min(seq)
FROM audit_entries
WHERE target IS NOT NULL AND target_name IS NOT NULL
GROUP BY log, target, target_name, target_kind;

CREATE INDEX audit_entries_action ON audit_entries (log, action, seq);
CREATE INDEX audit_entries_address ON audit_entries (log, address, seq);
CREATE INDEX audit_entries_request ON audit_entries (log, request, seq);
CREATE INDEX audit_entries_refused ON audit_entries (log, seq) WHERE outcome <> 'done';
