-- Names and reasons are in SQLite's migration of this version. The columns have the same order.

ALTER TABLE api_token
  DROP CONSTRAINT api_token_check,
  ADD COLUMN name_key       TEXT COLLATE "C",
  ADD COLUMN description    TEXT CHECK (length(description) BETWEEN 1 AND 500),
  ADD COLUMN expires_at     BIGINT,
  ADD COLUMN replaces       TEXT COLLATE "C" REFERENCES api_token (id),
  ADD COLUMN last_used_from TEXT,
  ADD COLUMN revoked_reason TEXT,
  ADD CHECK (revoked_at IS NOT NULL OR (revoked_by IS NULL AND revoked_reason IS NULL)),
  ADD CHECK (revoked_at IS NULL OR revoked_by IS NOT NULL OR revoked_reason IS NOT NULL);

UPDATE api_token SET name_key = lower(name);

ALTER TABLE api_token ALTER COLUMN name_key SET NOT NULL;

CREATE INDEX api_token_by_name ON api_token (workspace_id, name_key, id);

CREATE INDEX api_token_by_replaced ON api_token (replaces) WHERE replaces IS NOT NULL;

CREATE UNIQUE INDEX api_token_has_one_replacement ON api_token (replaces)
WHERE replaces IS NOT NULL AND revoked_at IS NULL;

DROP TRIGGER api_token_revocation_is_final ON api_token;

CREATE TRIGGER api_token_revocation_is_final
BEFORE UPDATE OF revoked_at, revoked_by, revoked_reason ON api_token FOR EACH ROW
WHEN (OLD.revoked_at IS NOT NULL
  AND (NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
    OR NEW.revoked_by IS DISTINCT FROM OLD.revoked_by
    OR NEW.revoked_reason IS DISTINCT FROM OLD.revoked_reason))
EXECUTE FUNCTION refuse('A revoked API token stays revoked');

CREATE TABLE token_usage (
  token_id TEXT COLLATE "C" NOT NULL REFERENCES api_token (id),
  day      BIGINT           NOT NULL,
  requests BIGINT           NOT NULL,
  PRIMARY KEY (token_id, day)
) WITH (fillfactor = 80);

CREATE INDEX token_usage_by_day ON token_usage (day);

CREATE TABLE token_address (
  token_id     TEXT COLLATE "C" NOT NULL REFERENCES api_token (id),
  address      TEXT COLLATE "C" NOT NULL,
  last_used_at BIGINT           NOT NULL,
  PRIMARY KEY (token_id, address)
) WITH (fillfactor = 80);

CREATE TABLE outgoing_mail (
  id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  agent_id     TEXT COLLATE "C" NOT NULL REFERENCES agent (id),
  workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspace (id),
  subject      TEXT             NOT NULL,
  text         TEXT             NOT NULL,
  created_at   BIGINT           NOT NULL,
  due_at       BIGINT           NOT NULL,
  attempts     INTEGER          NOT NULL DEFAULT 0
);

CREATE INDEX outgoing_mail_by_due ON outgoing_mail (due_at);

ALTER TABLE audit_event
  DROP CONSTRAINT audit_event_channel_check,
  DROP CONSTRAINT audit_event_check,
  ADD CONSTRAINT audit_event_channel_check CHECK (channel IN ('console', 'command line', 'api')),
  ADD CONSTRAINT audit_event_check
    CHECK (channel <> 'command line' OR (address IS NULL AND request_id IS NULL));

CREATE INDEX audit_event_by_token ON audit_event (token_id, id) WHERE token_id IS NOT NULL;
