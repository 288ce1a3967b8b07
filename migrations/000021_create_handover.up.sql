-- A device of the clinic that staff handed to the client, who filled in the
-- application on it (ux.md 5.5). The sign-in that it happened in is suspended
-- meanwhile: that stands in session.
CREATE TABLE handover (
    id             uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    account_id     uuid NOT NULL REFERENCES account (id), -- who handed it over
    help_sealed    bytea NOT NULL, -- kinds of help that were given; a sealed blank: none
    started_at     timestamptz NOT NULL,
    signed_at      timestamptz -- null: the client has not signed on it
);
CREATE INDEX handover_application_idx ON handover (application_id, started_at);
REVOKE UPDATE, DELETE ON handover FROM portal_app;
GRANT UPDATE (signed_at) ON handover TO portal_app;

ALTER TABLE handover ENABLE ROW LEVEL SECURITY;
CREATE POLICY handover_visible ON handover USING (
    EXISTS (SELECT FROM application a WHERE a.id = application_id)
);

-- While the device is handed over, its session opens the client's pages of one
-- application and nothing else. There is no foreign key: an application that
-- is deleted meanwhile gives the device to nobody.
ALTER TABLE session
    ADD COLUMN handover_application_id uuid, -- null: not handed over
    ADD COLUMN handover_seen_at timestamptz, -- the client's last act: three minutes of rest clear the screen
    ADD COLUMN handover_tries smallint NOT NULL DEFAULT 0, -- wrong birth dates since the screen was cleared
    ADD CONSTRAINT session_handover_whole CHECK ((handover_application_id IS NULL) = (handover_seen_at IS NULL));
