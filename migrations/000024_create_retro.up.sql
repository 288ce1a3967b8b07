-- The months before a client's first certification, asked about and decided
-- each by itself (form DHCS 4001; policy: client elig p5, p11). A draft has
-- what was said of each month; certified, it is never changed. The client's
-- period is not touched by it.
CREATE TABLE retro (
    id               uuid PRIMARY KEY,
    client_id        uuid NOT NULL REFERENCES client (id),
    application_id   uuid NOT NULL REFERENCES application (id), -- the form of the first certification, whose answers each month is compared with
    site_id          uuid NOT NULL REFERENCES site (id),
    enrolled_on      date NOT NULL, -- first day of the first period: the months are those before its month
    mode             text NOT NULL CONSTRAINT retro_mode_known CHECK (mode IN ('in_person', 'video', 'telephone')),
    state            text NOT NULL CONSTRAINT retro_state_known CHECK (state IN ('draft', 'certified')),
    version          integer NOT NULL CONSTRAINT retro_version_positive CHECK (version > 0),
    answers_sealed   bytea NOT NULL, -- which months, and what was different in each
    signature_sealed bytea, -- null, like the next: the client has not signed
    signed_version   integer, -- which version of the answers was signed
    started_by       uuid NOT NULL REFERENCES account (id),
    started_at       timestamptz NOT NULL,
    saved_at         timestamptz NOT NULL,
    certified_by     uuid REFERENCES account (id), -- null, like the next two: not certified
    certified_at     timestamptz,
    document_id      uuid REFERENCES document (id), -- the paper that the client was given
    CONSTRAINT retro_signed_whole CHECK ((signature_sealed IS NULL) = (signed_version IS NULL)),
    CONSTRAINT retro_certified_whole CHECK (
        (state = 'certified') = (certified_at IS NOT NULL) AND (certified_at IS NULL) = (certified_by IS NULL)
        AND (certified_at IS NULL) = (document_id IS NULL)
    ),
    CONSTRAINT retro_certified_signed CHECK (state = 'draft' OR signed_version = version)
);
CREATE UNIQUE INDEX retro_one_draft ON retro (site_id, client_id) WHERE state = 'draft';
CREATE INDEX retro_client_idx ON retro (client_id, started_at);
CREATE INDEX retro_draft_idx ON retro (saved_at) WHERE state = 'draft';

-- One month that was decided, with its own facts and the income table of that
-- month. A month of a client is decided once.
CREATE TABLE retro_month (
    id              uuid PRIMARY KEY,
    retro_id        uuid NOT NULL REFERENCES retro (id),
    client_id       uuid NOT NULL REFERENCES client (id),
    month           date NOT NULL CONSTRAINT retro_month_first_day CHECK (extract(day FROM month) = 1),
    outcome         text NOT NULL CONSTRAINT retro_month_outcome_known CHECK (outcome IN ('eligible', 'ineligible')),
    facts_sealed    bytea NOT NULL,
    decision_sealed bytea NOT NULL, -- reasons and figures
    income_table_id uuid NOT NULL REFERENCES income_table (id),
    rule_version    text NOT NULL,
    statement       text NOT NULL, -- key of what the certifier declared
    CONSTRAINT retro_month_once UNIQUE (client_id, month)
);
CREATE INDEX retro_month_retro_idx ON retro_month (retro_id, month);
REVOKE UPDATE, DELETE ON retro_month FROM portal_app;

-- As the determination that they stand beside (security.md 8.4).
ALTER TABLE retro ENABLE ROW LEVEL SECURITY;
ALTER TABLE retro_month ENABLE ROW LEVEL SECURITY;
CREATE POLICY retro_visible ON retro USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
);
CREATE POLICY retro_month_visible ON retro_month USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
);
-- What was certified stays as it is; a draft can be changed and deleted.
CREATE POLICY retro_draft_changes ON retro AS RESTRICTIVE FOR UPDATE USING (state = 'draft') WITH CHECK (true);
CREATE POLICY retro_draft_deleted ON retro AS RESTRICTIVE FOR DELETE USING (state = 'draft');

-- Which income table decided, so that a decision can be made again from it
-- whatever has become of the table since.
ALTER TABLE determination
    ADD COLUMN income_table_id uuid REFERENCES income_table (id); -- null: older than this column, found by table_from

-- A table is loaded as a draft, published by one person and withdrawn, should
-- it have come too early, by another or the same (policy: income tables,
-- effective dating). Its figures never change.
ALTER TABLE income_table
    ADD COLUMN loaded_by    uuid REFERENCES account (id), -- null: came with the program
    ADD COLUMN published_by uuid REFERENCES account (id), -- null: a draft, or came with the program
    ADD COLUMN withdrawn_at timestamptz, -- null: not withdrawn, or before this column
    ADD COLUMN withdrawn_by uuid REFERENCES account (id),
    ADD CONSTRAINT income_table_withdrawn_when CHECK (withdrawn_at IS NULL OR status = 'withdrawn');
GRANT UPDATE (status, effective_from, effective_to, published_at, published_by, withdrawn_at, withdrawn_by) ON income_table TO portal_app;
