-- What a client finds in the inbox of their account. It is written in the
-- transaction of what it tells of, whether anything leaves the portal or not;
-- the mail that leaves says only that something waits. What it is about
-- describes a person and is sealed. It is kept as long as the record.
CREATE TABLE inbox_item (
    id             uuid PRIMARY KEY,
    client_id      uuid NOT NULL REFERENCES client (id),
    cause          text NOT NULL, -- "determination:0198…": one item for each
    content_sealed bytea NOT NULL,
    made_at        timestamptz NOT NULL,
    read_at        timestamptz, -- null: not read yet
    CONSTRAINT inbox_item_cause_key UNIQUE (client_id, cause)
);
CREATE INDEX inbox_item_client_idx ON inbox_item (client_id, made_at);
REVOKE UPDATE, DELETE ON inbox_item FROM portal_app;
GRANT UPDATE (read_at) ON inbox_item TO portal_app;

-- Only the client reads it (security.md 8.4); whoever may act on the record
-- adds to it.
ALTER TABLE inbox_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY inbox_item_own ON inbox_item FOR SELECT USING (
    (SELECT actor_role()) = 'system'
    OR (SELECT actor_role()) = 'client' AND EXISTS (SELECT FROM client c WHERE c.id = client_id)
);
CREATE POLICY inbox_item_read ON inbox_item FOR UPDATE USING (
    (SELECT actor_role()) = 'client' AND EXISTS (SELECT FROM client c WHERE c.id = client_id)
);
CREATE POLICY inbox_item_put ON inbox_item FOR INSERT WITH CHECK (
    (SELECT actor_role()) IN ('system', 'ofp')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND EXISTS (SELECT FROM client c WHERE c.id = client_id)
);

-- The sweep of reminders looks for periods that end soon, at every site.
CREATE INDEX client_end_idx ON client (ends_on) WHERE discontinued_on IS NULL;
