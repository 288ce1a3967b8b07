-- When the portal was closed, or will be: what OFP has registered. A paper form
-- is entered, and the date of an eligibility moved, only for such a time
-- without a closer look (policy: portal rules 21, 26).
CREATE TABLE outage (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL CONSTRAINT outage_kind_known CHECK (kind IN ('planned', 'unplanned')),
    affects       text NOT NULL CONSTRAINT outage_affects_known CHECK (affects IN ('all', 'enrollment', 'slow')),
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz, -- null: not known yet
    text_en       text NOT NULL, -- the announcement
    text_es       text NOT NULL,
    registered_by uuid NOT NULL REFERENCES account (id),
    registered_at timestamptz NOT NULL,
    closed_by     uuid REFERENCES account (id), -- null, like the next: nobody said that it is over
    closed_at     timestamptz,
    called_off_by uuid REFERENCES account (id), -- null, like the next: it took place, or will
    called_off_at timestamptz,
    CONSTRAINT outage_span CHECK (ends_at IS NULL OR ends_at > starts_at),
    CONSTRAINT outage_planned_ends CHECK (kind = 'unplanned' OR ends_at IS NOT NULL),
    CONSTRAINT outage_closed_whole CHECK ((closed_by IS NULL) = (closed_at IS NULL) AND (closed_at IS NULL OR ends_at IS NOT NULL)),
    CONSTRAINT outage_called_off_whole CHECK ((called_off_by IS NULL) = (called_off_at IS NULL)),
    CONSTRAINT outage_one_end CHECK (closed_at IS NULL OR called_off_at IS NULL)
);
CREATE INDEX outage_starts_idx ON outage (starts_at);
REVOKE UPDATE, DELETE ON outage FROM portal_app;
GRANT UPDATE (ends_at, closed_by, closed_at, called_off_by, called_off_at) ON outage TO portal_app;

-- An application that was completed and signed on paper while the portal was
-- closed, and typed in afterwards. It names the outage: there is no such mode
-- without one.
ALTER TABLE application
    DROP CONSTRAINT application_mode_known,
    ADD CONSTRAINT application_mode_known CHECK (mode IN ('in_person', 'video', 'telephone', 'online', 'paper')),
    ADD COLUMN outage_id uuid REFERENCES outage (id), -- null, like the next two: not from paper
    ADD COLUMN paper_on date, -- day on which the client signed
    ADD COLUMN paper_kept_sealed bytea, -- where the paper is kept
    ADD CONSTRAINT application_paper_whole CHECK (
        (mode = 'paper') = (outage_id IS NOT NULL) AND (outage_id IS NULL) = (paper_on IS NULL)
        AND (paper_on IS NULL) = (paper_kept_sealed IS NULL)
    );

-- A request that an eligibility begin on an earlier day (Override Eligibility
-- Date Request; policy: portal rules 21). Who asked never decides.
CREATE TABLE override_request (
    id               uuid PRIMARY KEY,
    client_id        uuid NOT NULL REFERENCES client (id),
    enrollment_id    uuid NOT NULL REFERENCES enrollment (id),
    site_id          uuid NOT NULL REFERENCES site (id),
    requested_by     uuid NOT NULL REFERENCES account (id),
    requested_at     timestamptz NOT NULL,
    reason           text NOT NULL CONSTRAINT override_request_reason_known CHECK (reason IN ('planned', 'unplanned', 'other')),
    outage_id        uuid REFERENCES outage (id), -- null: for another reason
    starts_on        date NOT NULL, -- day that is asked for
    paper_on         date NOT NULL, -- day on which the paper form was signed
    entered_on       date NOT NULL, -- day of the certification
    moved_from       date NOT NULL, -- first day of the period when it was asked
    within           boolean NOT NULL, -- the day lies in the outage: may be approved with others
    evidence_sealed  bytea NOT NULL, -- where the paper is kept, and a comment
    state            text NOT NULL CONSTRAINT override_request_state_known
                     CHECK (state IN ('submitted', 'approved', 'denied', 'returned')),
    decided_by       uuid REFERENCES account (id), -- null: not decided, or by the rule for registered outages
    decided_at       timestamptz,
    answer_sealed    bytea, -- why it was denied or returned
    facts_sealed     bytea, -- of an approved one: the facts on that day, and what follows from them
    decision_sealed  bytea,
    CONSTRAINT override_request_outage CHECK ((reason = 'other') = (outage_id IS NULL)),
    CONSTRAINT override_request_within CHECK (NOT within OR outage_id IS NOT NULL),
    CONSTRAINT override_request_days CHECK (starts_on < moved_from AND starts_on <= entered_on AND paper_on <= starts_on),
    CONSTRAINT override_request_decided CHECK ((state = 'submitted') = (decided_at IS NULL)),
    CONSTRAINT override_request_decided_by_another CHECK (decided_by IS NULL OR decided_by <> requested_by),
    CONSTRAINT override_request_answered CHECK ((state IN ('denied', 'returned')) = (answer_sealed IS NOT NULL)),
    CONSTRAINT override_request_redecided CHECK (
        (state = 'approved') = (decision_sealed IS NOT NULL) AND (facts_sealed IS NULL) = (decision_sealed IS NULL)
    )
);
CREATE UNIQUE INDEX override_request_one_open ON override_request (enrollment_id) WHERE state = 'submitted';
CREATE UNIQUE INDEX override_request_one_approved ON override_request (enrollment_id) WHERE state = 'approved';
CREATE INDEX override_request_client_idx ON override_request (client_id, requested_at);
CREATE INDEX override_request_site_idx ON override_request (site_id, requested_at);
CREATE INDEX override_request_queue_idx ON override_request (requested_at) WHERE state = 'submitted';
REVOKE UPDATE, DELETE ON override_request FROM portal_app;
GRANT UPDATE (state, decided_by, decided_at, answer_sealed, facts_sealed, decision_sealed) ON override_request TO portal_app;

ALTER TABLE override_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY override_request_visible ON override_request USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND site_id = (SELECT actor_site())
);

-- An approved request moves the period, 365 days as before.
GRANT UPDATE (starts_on, ends_on) ON enrollment TO portal_app;
