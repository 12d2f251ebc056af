-- The whole life of a token. SQLite cannot change a CHECK, so both tables are written anew, with
-- their rows.

-- A token that was revoked with its own secret, or reported as leaked, has no revoked_by. name_key
-- is the name as it is searched and sorted; V5 fills it. Without a revoked_reason, an admin revoked
-- the token.
CREATE TABLE new_api_token (
  id             TEXT    NOT NULL PRIMARY KEY,
  workspace_id   TEXT    NOT NULL REFERENCES workspace (id),
  name           TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  prefix         TEXT    NOT NULL CHECK (length(prefix) = 14),
  secret_hash    BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  created_at     INTEGER NOT NULL,
  created_by     TEXT    NOT NULL REFERENCES agent (id),
  last_used_at   INTEGER,
  revoked_at     INTEGER,
  revoked_by     TEXT    REFERENCES agent (id),
  name_key       TEXT    NOT NULL,
  description    TEXT    CHECK (length(description) BETWEEN 1 AND 500),
  expires_at     INTEGER,
  replaces       TEXT    REFERENCES api_token (id),
  last_used_from TEXT,
  revoked_reason TEXT,
  CHECK (revoked_at IS NOT NULL OR (revoked_by IS NULL AND revoked_reason IS NULL)),
  CHECK (revoked_at IS NULL OR revoked_by IS NOT NULL OR revoked_reason IS NOT NULL)
) STRICT;

INSERT INTO new_api_token (id, workspace_id, name, prefix, secret_hash, created_at, created_by,
  last_used_at, revoked_at, revoked_by, name_key)
SELECT id, workspace_id, name, prefix, secret_hash, created_at, created_by,
  last_used_at, revoked_at, revoked_by, lower(name)
FROM api_token;

DROP TABLE api_token;

ALTER TABLE new_api_token RENAME TO api_token;

CREATE INDEX api_token_newest ON api_token (workspace_id, created_at DESC, id DESC);

CREATE INDEX api_token_by_name ON api_token (workspace_id, name_key, id);

CREATE INDEX api_token_by_replaced ON api_token (replaces) WHERE replaces IS NOT NULL;

-- If the response to a replacement is lost, an admin finds the token that nobody has, and revokes
-- it.
CREATE UNIQUE INDEX api_token_has_one_replacement ON api_token (replaces)
WHERE replaces IS NOT NULL AND revoked_at IS NULL;

-- Messages name their sender "api:<tokenId>" for ever, and the list is an audit trail.
CREATE TRIGGER api_token_is_never_deleted BEFORE DELETE ON api_token
BEGIN
  SELECT RAISE(ABORT, 'API tokens are never deleted');
END;

CREATE TRIGGER api_token_revocation_is_final
BEFORE UPDATE OF revoked_at, revoked_by, revoked_reason ON api_token
WHEN OLD.revoked_at IS NOT NULL
  AND (NEW.revoked_at IS NOT OLD.revoked_at OR NEW.revoked_by IS NOT OLD.revoked_by
    OR NEW.revoked_reason IS NOT OLD.revoked_reason)
BEGIN
  SELECT RAISE(ABORT, 'A revoked API token stays revoked');
END;

-- day is the number of days since 1970-01-01, UTC.
CREATE TABLE token_usage (
  token_id TEXT    NOT NULL REFERENCES api_token (id),
  day      INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  PRIMARY KEY (token_id, day)
) STRICT;

CREATE INDEX token_usage_by_day ON token_usage (day);

-- The addresses that used a token last, a few for each token.
CREATE TABLE token_address (
  token_id     TEXT    NOT NULL REFERENCES api_token (id),
  address      TEXT    NOT NULL,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (token_id, address)
) STRICT;

-- Mails to the admins of a workspace until they are sent. They never contain a secret.
CREATE TABLE outgoing_mail (
  id           TEXT    NOT NULL PRIMARY KEY,
  agent_id     TEXT    NOT NULL REFERENCES agent (id),
  workspace_id TEXT    NOT NULL REFERENCES workspace (id),
  subject      TEXT    NOT NULL,
  text         TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  due_at       INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX outgoing_mail_by_due ON outgoing_mail (due_at);

-- The channel "api" is a request with the secret of a token.
CREATE TABLE new_audit_event (
  id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  at           INTEGER NOT NULL,
  action       TEXT    NOT NULL,
  channel      TEXT    NOT NULL CHECK (channel IN ('console', 'command line', 'api')),
  agent_id     TEXT,
  os_user      TEXT,
  address      TEXT,
  request_id   TEXT,
  workspace_id TEXT,
  token_id     TEXT,
  member_id    TEXT,
  detail       TEXT,
  CHECK (channel <> 'command line' OR (address IS NULL AND request_id IS NULL)),
  CHECK (channel = 'command line' OR os_user IS NULL)
) STRICT;

INSERT INTO new_audit_event SELECT * FROM audit_event;

DROP TABLE audit_event;

ALTER TABLE new_audit_event RENAME TO audit_event;

CREATE INDEX audit_event_by_workspace ON audit_event (workspace_id, id);

CREATE INDEX audit_event_by_token ON audit_event (token_id, id) WHERE token_id IS NOT NULL;

CREATE TRIGGER audit_event_is_never_changed BEFORE UPDATE ON audit_event
BEGIN
  SELECT RAISE(ABORT, 'The audit trail is only added to');
END;

CREATE TRIGGER audit_event_is_never_deleted BEFORE DELETE ON audit_event
BEGIN
  SELECT RAISE(ABORT, 'The audit trail is only added to');
END;
