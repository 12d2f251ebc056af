-- Times are milliseconds since the epoch, UTC. Ids are cuids. Nothing secret is stored in clear.

CREATE TABLE workspace (
  id         TEXT    NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE agent (
  id         TEXT    NOT NULL PRIMARY KEY,
  email      TEXT    NOT NULL UNIQUE CHECK (email = lower(email)),
  nickname   TEXT    NOT NULL CHECK (length(nickname) BETWEEN 1 AND 60),
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE membership (
  workspace_id TEXT    NOT NULL REFERENCES workspace (id),
  agent_id     TEXT    NOT NULL REFERENCES agent (id),
  role         TEXT    NOT NULL CHECK (role IN ('admin', 'agent')),
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, agent_id)
) STRICT;

CREATE INDEX membership_by_agent ON membership (agent_id);

-- secret_hash is the SHA-256 of the whole secret.
CREATE TABLE api_token (
  id           TEXT    NOT NULL PRIMARY KEY,
  workspace_id TEXT    NOT NULL REFERENCES workspace (id),
  name         TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  prefix       TEXT    NOT NULL CHECK (length(prefix) = 14),
  secret_hash  BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  created_at   INTEGER NOT NULL,
  created_by   TEXT    NOT NULL REFERENCES agent (id),
  last_used_at INTEGER,
  revoked_at   INTEGER,
  revoked_by   TEXT    REFERENCES agent (id),
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
) STRICT;

CREATE INDEX api_token_newest ON api_token (workspace_id, created_at DESC, id DESC);

-- Messages name their sender "api:<tokenId>" for ever, and the list is an audit trail.
CREATE TRIGGER api_token_is_never_deleted BEFORE DELETE ON api_token
BEGIN
  SELECT RAISE(ABORT, 'API tokens are never deleted');
END;

CREATE TRIGGER api_token_revocation_is_final
BEFORE UPDATE OF revoked_at, revoked_by ON api_token
WHEN OLD.revoked_at IS NOT NULL
  AND (NEW.revoked_at IS NOT OLD.revoked_at OR NEW.revoked_by IS NOT OLD.revoked_by)
BEGIN
  SELECT RAISE(ABORT, 'A revoked API token stays revoked');
END;

-- code_hash is the SHA-256 of salt and code.
CREATE TABLE sign_in_code (
  agent_id   TEXT    NOT NULL PRIMARY KEY REFERENCES agent (id),
  salt       BLOB    NOT NULL,
  code_hash  BLOB    NOT NULL,
  expires_at INTEGER NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0
) STRICT;

-- id_hash is the SHA-256 of the session id.
CREATE TABLE session (
  id_hash      BLOB    NOT NULL PRIMARY KEY,
  agent_id     TEXT    NOT NULL REFERENCES agent (id),
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL
) STRICT;
