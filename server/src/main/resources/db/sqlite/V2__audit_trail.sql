-- What was done, by whom and from where. It names things by id without foreign keys: it outlives
-- what it names, and after an older backup is restored it tells of what that backup does not have.
CREATE TABLE audit_event (
  id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  at           INTEGER NOT NULL,
  action       TEXT    NOT NULL,
  channel      TEXT    NOT NULL CHECK (channel IN ('console', 'command line')),
  agent_id     TEXT,
  os_user      TEXT,
  address      TEXT,
  request_id   TEXT,
  workspace_id TEXT,
  token_id     TEXT,
  member_id    TEXT,
  detail       TEXT,
  CHECK (channel = 'console' OR (address IS NULL AND request_id IS NULL)),
  CHECK (channel = 'command line' OR os_user IS NULL)
) STRICT;

CREATE INDEX audit_event_by_workspace ON audit_event (workspace_id, id);

CREATE TRIGGER audit_event_is_never_changed BEFORE UPDATE ON audit_event
BEGIN
  SELECT RAISE(ABORT, 'The audit trail is only added to');
END;

CREATE TRIGGER audit_event_is_never_deleted BEFORE DELETE ON audit_event
BEGIN
  SELECT RAISE(ABORT, 'The audit trail is only added to');
END;

-- Without an admin nobody could manage the workspace's tokens, nor would the command line have
-- anyone to attribute them to.
CREATE TRIGGER workspace_keeps_an_admin_when_one_leaves BEFORE DELETE ON membership
WHEN OLD.role = 'admin'
  AND NOT EXISTS (SELECT 1 FROM membership WHERE workspace_id = OLD.workspace_id
    AND role = 'admin' AND agent_id <> OLD.agent_id)
BEGIN
  SELECT RAISE(ABORT, 'A workspace keeps at least one admin');
END;

CREATE TRIGGER workspace_keeps_an_admin_when_one_is_demoted BEFORE UPDATE OF role ON membership
WHEN OLD.role = 'admin' AND NEW.role <> 'admin'
  AND NOT EXISTS (SELECT 1 FROM membership WHERE workspace_id = OLD.workspace_id
    AND role = 'admin' AND agent_id <> OLD.agent_id)
BEGIN
  SELECT RAISE(ABORT, 'A workspace keeps at least one admin');
END;

CREATE INDEX session_by_agent ON session (agent_id);
