-- A code belongs to an email, whether or not an agent has it: an unknown one then takes the same
-- statements, and so the same time. email_hash is the SHA-256 of the email in lower case, so that
-- of those who only mistyped theirs nothing is kept in clear. code_hash is the SHA-256 of salt and
-- code.
DROP TABLE sign_in_code;

CREATE TABLE sign_in_code (
  email_hash BLOB    NOT NULL PRIMARY KEY,
  salt       BLOB    NOT NULL,
  code_hash  BLOB    NOT NULL,
  expires_at INTEGER NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX sign_in_code_by_expiry ON sign_in_code (expires_at);
