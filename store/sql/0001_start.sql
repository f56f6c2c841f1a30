-- Times are microseconds since 1970. Names and keys are opaque here: the caller
-- has normalised them. Numbers of accounts, conversations and tokens are never
-- given twice, hence AUTOINCREMENT.

CREATE TABLE account (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT    NOT NULL,
  key      TEXT    NOT NULL UNIQUE,
  password TEXT    NOT NULL,
  uid      INTEGER UNIQUE, -- NULL: no user of this machine
  owner    INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  created  INTEGER NOT NULL
) STRICT;

CREATE INDEX account_owner ON account (id) WHERE owner;

CREATE TABLE token (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account (id),
  hash    BLOB    NOT NULL UNIQUE,
  device  TEXT    NOT NULL,
  created INTEGER NOT NULL,
  seen    INTEGER NOT NULL
) STRICT;

CREATE INDEX token_account ON token (account, seen);

CREATE TABLE invite (
  hash    BLOB PRIMARY KEY,
  owner   INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
  account INTEGER NOT NULL REFERENCES account (id),
  contact INTEGER NOT NULL REFERENCES account (id),
  PRIMARY KEY (account, contact)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_of ON contact (contact, account);

-- A room has name and key, a direct conversation low and high.
CREATE TABLE conversation (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  name    TEXT    NOT NULL,
  key     TEXT    UNIQUE,
  low     INTEGER REFERENCES account (id),
  high    INTEGER REFERENCES account (id),
  topic   TEXT    NOT NULL,
  created INTEGER NOT NULL,
  CHECK ((key IS NULL) = (low IS NOT NULL AND high IS NOT NULL AND low <= high))
) STRICT;

CREATE UNIQUE INDEX conversation_pair ON conversation (low, high) WHERE low IS NOT NULL;

-- key repeats the account's, so that a page of members in the order of their
-- keys is one short walk along an index, however big the room.
CREATE TABLE member (
  account INTEGER NOT NULL REFERENCES account (id),
  conv    INTEGER NOT NULL REFERENCES conversation (id),
  key     TEXT    NOT NULL REFERENCES account (key) ON UPDATE CASCADE,
  read    INTEGER NOT NULL,
  PRIMARY KEY (account, conv)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX member_key ON member (conv, key);

-- The log has no foreign keys: the writer knows conversations and senders from
-- memory and asks the disk once for each (see caches.go), where a foreign key
-- would ask twice for every row.
CREATE TABLE log (
  conv   INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  time   INTEGER NOT NULL,
  kind   INTEGER NOT NULL,
  sender INTEGER NOT NULL,
  id     TEXT, -- NULL: the client gave none
  text   TEXT    NOT NULL,
  PRIMARY KEY (conv, seq)
) STRICT, WITHOUT ROWID;

-- What makes sending again safe for ever.
CREATE UNIQUE INDEX log_once ON log (sender, id) WHERE id IS NOT NULL;
