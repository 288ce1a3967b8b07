-- A code with which a client joins the own account to a record that a clinic
-- made (decisions 26). It is printed once at the clinic and kept as a keyed
-- digest alone. A record has one that can be used.
CREATE TABLE link_code (
    id         uuid PRIMARY KEY,
    client_id  uuid NOT NULL REFERENCES client (id),
    site_id    uuid NOT NULL REFERENCES site (id), -- where it was printed
    made_by    uuid NOT NULL REFERENCES account (id),
    digest     bytea NOT NULL CONSTRAINT link_code_digest_key UNIQUE,
    made_at    timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL, -- no longer good from here on
    used_at    timestamptz, -- null: not used
    used_by    uuid REFERENCES account (id), -- the account that was joined
    ended_at   timestamptz, -- taken back, or followed by another; null: neither
    CONSTRAINT link_code_span CHECK (ends_at > made_at),
    CONSTRAINT link_code_used_whole CHECK ((used_at IS NULL) = (used_by IS NULL)),
    CONSTRAINT link_code_used_or_ended CHECK (used_at IS NULL OR ended_at IS NULL)
);
CREATE UNIQUE INDEX link_code_one_open ON link_code (client_id) WHERE used_at IS NULL AND ended_at IS NULL;
CREATE INDEX link_code_ends_idx ON link_code (ends_at);
REVOKE UPDATE ON link_code FROM portal_app;
GRANT UPDATE (used_at, used_by, ended_at) ON link_code TO portal_app;

-- Whoever may see the record at a clinic sees that there is a code; a client is
-- let in by the program alone.
ALTER TABLE link_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY link_code_visible ON link_code USING (
    (SELECT actor_role()) = 'system'
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND EXISTS (SELECT FROM client c WHERE c.id = client_id)
);
