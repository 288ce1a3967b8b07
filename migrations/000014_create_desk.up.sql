-- When the service desk enabled an account that nobody had used for long: its
-- inactivity counts from then on, or from the last sign-in after that.
ALTER TABLE account ADD COLUMN enabled_at timestamptz; -- null: never

-- Accounts are searched for at the desk by the beginning of what is typed.
CREATE INDEX account_username_prefix_idx ON account (username_key text_pattern_ops) WHERE kind <> 'client';
CREATE INDEX account_email_prefix_idx ON account (email_key text_pattern_ops) WHERE kind <> 'client';
CREATE INDEX site_name_prefix_idx ON site (lower(name) text_pattern_ops);

-- What a search of the desk found, kept for half an hour so that nothing that
-- was typed stands in an address.
CREATE TABLE desk_search (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account (id), -- who searched
    typed_sealed bytea NOT NULL, -- it may be a client's username
    found        uuid[] NOT NULL, -- accounts
    more         boolean NOT NULL, -- there were more than are kept
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX desk_search_expires_idx ON desk_search (expires_at);
REVOKE UPDATE ON desk_search FROM portal_app;

-- A caller who has proved, item by item, to be the owner of an account
-- (security.md 4.8). It holds for one representative, for the length of a call.
CREATE TABLE desk_check (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id), -- the caller's
    checked_by uuid NOT NULL REFERENCES account (id),
    checked_at timestamptz NOT NULL,
    items      text[] NOT NULL CONSTRAINT desk_check_two_items CHECK (cardinality(items) >= 2)
);
CREATE INDEX desk_check_last_idx ON desk_check (account_id, checked_by, checked_at);
REVOKE UPDATE, DELETE ON desk_check FROM portal_app;

-- What a representative did about an account: one of three things, with the
-- check of the caller that it rests on. On an account of OFP or of the desk it
-- waits for a second representative.
CREATE TABLE desk_act (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    kind       text NOT NULL CONSTRAINT desk_act_kind_known CHECK (kind IN ('unblock', 'reset', 'enable')),
    reason     text NOT NULL CONSTRAINT desk_act_reason_given CHECK (reason <> ''), -- one of a list
    check_id   uuid NOT NULL REFERENCES desk_check (id),
    state      text NOT NULL CONSTRAINT desk_act_state_known CHECK (state IN ('done', 'waiting', 'refused', 'lapsed')),
    asked_by   uuid NOT NULL REFERENCES account (id),
    asked_at   timestamptz NOT NULL,
    decided_by uuid REFERENCES account (id), -- null: waits, ran out, or needed nobody else
    decided_at timestamptz,
    CONSTRAINT desk_act_decided_whole CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT desk_act_second_person CHECK (decided_by IS DISTINCT FROM asked_by OR decided_by IS NULL),
    CONSTRAINT desk_act_refused_by CHECK (state <> 'refused' OR decided_by IS NOT NULL),
    CONSTRAINT desk_act_open CHECK (state NOT IN ('waiting', 'lapsed') OR decided_by IS NULL)
);
CREATE UNIQUE INDEX desk_act_one_waiting ON desk_act (account_id, kind) WHERE state = 'waiting';
CREATE INDEX desk_act_asked_idx ON desk_act (asked_by, asked_at);
CREATE INDEX desk_act_decided_idx ON desk_act (decided_by, decided_at) WHERE decided_by IS NOT NULL;
REVOKE DELETE ON desk_act FROM portal_app;

ALTER TABLE desk_search ENABLE ROW LEVEL SECURITY;
CREATE POLICY desk_search_own ON desk_search USING (
    (SELECT actor_role()) = 'system'
    OR (SELECT actor_role()) = 'desk' AND account_id = (SELECT actor_account())
);

ALTER TABLE desk_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY desk_check_desk ON desk_check
    USING ((SELECT actor_role()) = 'desk')
    WITH CHECK ((SELECT actor_role()) = 'desk' AND checked_by = (SELECT actor_account()) AND account_id <> checked_by);
CREATE POLICY desk_check_office ON desk_check FOR SELECT
    USING ((SELECT actor_role()) IN ('system', 'ofp'));

ALTER TABLE desk_act ENABLE ROW LEVEL SECURITY;
CREATE POLICY desk_act_desk ON desk_act
    USING ((SELECT actor_role()) = 'desk')
    WITH CHECK ((SELECT actor_role()) = 'desk' AND account_id <> (SELECT actor_account()));
CREATE POLICY desk_act_office ON desk_act FOR SELECT
    USING ((SELECT actor_role()) IN ('system', 'ofp'));
