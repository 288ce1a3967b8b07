-- What was done to an enrollment that exists: one row for each deed, never
-- changed. The status of a client is computed from the dates, never from here.
CREATE TABLE act (
    id             uuid PRIMARY KEY,
    client_id      uuid NOT NULL REFERENCES client (id),
    enrollment_id  uuid NOT NULL REFERENCES enrollment (id),
    application_id uuid REFERENCES application (id), -- the answers that were reviewed or reported; null: of neither
    site_id        uuid REFERENCES site (id), -- null: OFP
    account_id     uuid NOT NULL REFERENCES account (id),
    kind           text NOT NULL CONSTRAINT act_kind_known
                   CHECK (kind IN ('reaffirm', 'change', 'recertify', 'discontinue', 'undo')),
    effective_on   date, -- first day without; null: nothing was ended
    details_sealed bytea, -- code, cause and note of an end; null: nothing was ended
    acted_on       date NOT NULL,
    acted_at       timestamptz NOT NULL,
    CONSTRAINT act_end_whole CHECK ((effective_on IS NULL) = (details_sealed IS NULL))
);
CREATE INDEX act_enrollment_idx ON act (enrollment_id, acted_at);
CREATE INDEX act_client_idx ON act (client_id, acted_at);
REVOKE UPDATE, DELETE ON act FROM portal_app;

ALTER TABLE act ENABLE ROW LEVEL SECURITY;
CREATE POLICY act_visible ON act USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
);

-- A reported change is a form, too: it begins with the answers in force, and
-- the answers that it ends with are in force afterwards.
ALTER TABLE application
    DROP CONSTRAINT application_action_known,
    ADD CONSTRAINT application_action_known CHECK (action IN ('new', 'recertify', 'change')),
    ADD COLUMN based_on uuid REFERENCES application (id), -- the form that a change begins with; null: no change
    ADD COLUMN sections text[] NOT NULL DEFAULT '{}', -- sections that were chosen for a change
    ADD CONSTRAINT application_change_based CHECK ((action = 'change') = (based_on IS NOT NULL));
CREATE UNIQUE INDEX application_one_change ON application (site_id, client_id)
    WHERE action = 'change' AND state IN ('draft', 'signed');

ALTER TABLE determination
    DROP CONSTRAINT determination_action_known,
    ADD CONSTRAINT determination_action_known CHECK (action IN ('new', 'recertify', 'change'));

-- The values of a note that the program makes: which sections have changed, or
-- with which code an enrollment was ended.
ALTER TABLE case_note
    ADD COLUMN values_sealed bytea, -- null: the text has none
    ADD CONSTRAINT case_note_values_of_key CHECK (values_sealed IS NULL OR key IS NOT NULL);
