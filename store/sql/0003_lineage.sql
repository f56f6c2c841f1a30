-- What all the logs together are called, and were before backups were restored: the
-- last name is the one they have. A client says with it which numbers it knows.

CREATE TABLE lineage (
  nth INTEGER PRIMARY KEY, -- 1, 2, 3 …
  log TEXT    NOT NULL UNIQUE
) STRICT;

-- Up to where a conversation was the same when the backup was restored after which
-- another name follows. One that is not here was not there then.
CREATE TABLE shared (
  nth  INTEGER NOT NULL REFERENCES lineage (nth),
  conv INTEGER NOT NULL,
  seq  INTEGER NOT NULL,
  PRIMARY KEY (nth, conv)
) STRICT, WITHOUT ROWID;

INSERT INTO lineage (nth, log) VALUES (1, lower(hex(randomblob(8))));
