-- What names look like (chat.Skeleton, which is the function skeleton here). Of
-- names that were alike before this step the oldest keeps its own; the others have
-- none, and go on as they are.

ALTER TABLE account ADD COLUMN skeleton TEXT; -- NULL: another's looked the same

UPDATE account SET skeleton = skeleton(name)
WHERE id IN (SELECT min(id) FROM account GROUP BY skeleton(name));

CREATE UNIQUE INDEX account_skeleton ON account (skeleton);

ALTER TABLE conversation ADD COLUMN skeleton TEXT; -- NULL: likewise, or of two people

UPDATE conversation SET skeleton = skeleton(name)
WHERE id IN (SELECT min(id) FROM conversation WHERE key IS NOT NULL GROUP BY skeleton(name));

CREATE UNIQUE INDEX conversation_skeleton ON conversation (skeleton);
