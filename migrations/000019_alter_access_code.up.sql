-- A launch mailing that the program began by itself, at the hour of its
-- calendar. There is one, ever: what OFP starts is beside it.
ALTER TABLE launch_mailing ADD COLUMN by_calendar boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX launch_mailing_one_by_calendar ON launch_mailing ((true)) WHERE by_calendar;

-- Certifiers whom an administrator has chosen to be issued a code by hand, all
-- for one reason. Each one's code is a transaction of its own.
CREATE TABLE code_selection (
    id          uuid PRIMARY KEY,
    chosen_by   uuid NOT NULL REFERENCES account (id),
    chosen_at   timestamptz NOT NULL,
    note        text, -- why; null until it was said
    started_at  timestamptz, -- null: not started, for now or for good
    finished_at timestamptz, -- null: not finished
    CONSTRAINT code_selection_started_note CHECK (started_at IS NULL OR note IS NOT NULL),
    CONSTRAINT code_selection_finished_started CHECK (finished_at IS NULL OR started_at IS NOT NULL)
);
REVOKE DELETE ON code_selection FROM portal_app;

-- One of them, and what became of it: a code, or why none.
CREATE TABLE code_selection_member (
    code_selection_id uuid NOT NULL REFERENCES code_selection (id),
    membership_id     uuid NOT NULL REFERENCES membership (id),
    code_id           uuid REFERENCES access_code (id), -- null: not yet, or skipped
    skipped           text CONSTRAINT code_selection_member_skipped_known CHECK (skipped IN ('joined', 'removed')),
    done_at           timestamptz, -- null: not yet
    PRIMARY KEY (code_selection_id, membership_id),
    CONSTRAINT code_selection_member_one_end CHECK (num_nonnulls(code_id, skipped) = num_nonnulls(done_at))
);
CREATE INDEX code_selection_member_membership_idx ON code_selection_member (membership_id);
REVOKE DELETE ON code_selection_member FROM portal_app;

-- What somebody typed who waits for an access code. Addresses that one was
-- sent to and others wait here alike, and a job looks (security.md 9.2).
CREATE TABLE code_question (
    id           uuid PRIMARY KEY,
    email_sealed bytea, -- null once a job has looked
    npi          text NOT NULL, -- digits that were typed
    asked_at     timestamptz NOT NULL,
    done_at      timestamptz -- null: waits for its job
);
CREATE INDEX code_question_asked_idx ON code_question (asked_at);

CREATE INDEX access_code_issued_idx ON access_code (issued_at);

ALTER TABLE code_selection ENABLE ROW LEVEL SECURITY;
CREATE POLICY code_selection_office ON code_selection
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));

ALTER TABLE code_selection_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY code_selection_member_office ON code_selection_member
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));

ALTER TABLE code_question ENABLE ROW LEVEL SECURITY;
CREATE POLICY code_question_system ON code_question
    USING ((SELECT actor_role()) = 'system')
    WITH CHECK ((SELECT actor_role()) = 'system');
