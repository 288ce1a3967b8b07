-- Ways back in: forgotten names and passwords, a lost authenticator app, "this
-- was not me", and passcodes by text message.

-- What somebody typed who has forgotten a password or a username. Names that
-- an account has and names that nobody has wait here alike, and a job looks
-- (security.md 9.2).
CREATE TABLE recovery_request (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CONSTRAINT recovery_request_kind_known CHECK (kind IN ('password', 'username')),
    name_sealed bytea, -- null once a job has looked
    asked_at    timestamptz NOT NULL,
    done_at     timestamptz -- null: waits for its job
);
CREATE INDEX recovery_request_asked_idx ON recovery_request (asked_at);
ALTER TABLE recovery_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY recovery_request_system ON recovery_request
    USING ((SELECT actor_role()) = 'system')
    WITH CHECK ((SELECT actor_role()) = 'system');

-- The code in a notice about an account with which its owner says "this was
-- not me" (security.md 4.10). Good once, for a day, and for nothing else.
CREATE TABLE disavowal (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    notice     text NOT NULL, -- key of the message that the code is in
    digest     bytea NOT NULL CONSTRAINT disavowal_digest_key UNIQUE,
    address    bytea NOT NULL, -- blind index of the address it was sent to
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX disavowal_account_idx ON disavowal (account_id, issued_at);
ALTER TABLE disavowal ENABLE ROW LEVEL SECURITY;
CREATE POLICY disavowal_system ON disavowal
    USING ((SELECT actor_role()) IN ('system', 'desk', 'ofp') OR account_id = (SELECT actor_account()))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'desk', 'ofp') OR account_id = (SELECT actor_account()));

-- A request to sign in with a new authenticator app, because the old one and
-- its recovery codes are lost (security.md 4.9). It takes effect at due_at, of
-- the workforce only once a second person has confirmed it.
CREATE TABLE factor_reset (
    id             uuid PRIMARY KEY,
    account_id     uuid NOT NULL REFERENCES account (id),
    needs_person   boolean NOT NULL, -- false for a client
    cancel_digest  bytea NOT NULL, -- of the code in the first notice, which cancels
    later_digest   bytea, -- of the code in the second notice; null until that
    asked_at       timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    lapses_at      timestamptz NOT NULL, -- nobody has confirmed it until then
    reminded_at    timestamptz, -- when the second notice was sent
    confirmed_at   timestamptz,
    confirmed_by   uuid,
    ended_at       timestamptz, -- cancelled, or lapsed
    end_reason     text CONSTRAINT factor_reset_end_known CHECK (end_reason IN ('code', 'signed-in', 'not-me', 'lapsed')),
    effective_at   timestamptz, -- the old app and its codes are gone since then
    proof_id       uuid, -- the sign-in that has shown, after that, that the mailbox is the owner's
    CONSTRAINT factor_reset_one_end CHECK (ended_at IS NULL OR effective_at IS NULL),
    CONSTRAINT factor_reset_end_reason_given CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
    CONSTRAINT factor_reset_waits CHECK (effective_at IS NULL OR effective_at >= due_at),
    CONSTRAINT factor_reset_confirmed CHECK (effective_at IS NULL OR NOT needs_person OR confirmed_at IS NOT NULL),
    CONSTRAINT factor_reset_confirmed_by_another CHECK (confirmed_by IS NULL OR confirmed_by <> account_id),
    CONSTRAINT factor_reset_due_later CHECK (due_at > asked_at AND lapses_at > due_at)
);
CREATE UNIQUE INDEX factor_reset_one_live ON factor_reset (account_id) WHERE ended_at IS NULL AND effective_at IS NULL;
CREATE INDEX factor_reset_account_idx ON factor_reset (account_id, asked_at);
ALTER TABLE factor_reset ENABLE ROW LEVEL SECURITY;
CREATE POLICY factor_reset_office ON factor_reset
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));
CREATE POLICY factor_reset_certifier ON factor_reset
    USING ((SELECT actor_role()) = 'certifier' AND EXISTS (
        SELECT FROM membership m
        WHERE m.account_id = factor_reset.account_id AND m.role = 'staff' AND m.removed_at IS NULL
          AND m.site_id = (SELECT actor_site())))
    WITH CHECK ((SELECT actor_role()) = 'certifier' AND EXISTS (
        SELECT FROM membership m
        WHERE m.account_id = factor_reset.account_id AND m.role = 'staff' AND m.removed_at IS NULL
          AND m.site_id = (SELECT actor_site())));
CREATE POLICY factor_reset_own ON factor_reset FOR SELECT
    USING (account_id = (SELECT actor_account()));
REVOKE DELETE ON factor_reset FROM portal_app;

-- Recovery codes are kept as slow hashes (security.md 2.9). The selector is
-- the part of a code that finds its row, so that one code costs one hash.
-- Codes made before that have a keyed digest and go on working.
ALTER TABLE recovery_code
    ALTER COLUMN digest DROP NOT NULL,
    ADD COLUMN selector text,
    ADD COLUMN hash text,
    ADD CONSTRAINT recovery_code_kept CHECK (num_nonnulls(digest, hash) = 1 AND (hash IS NULL) = (selector IS NULL));
CREATE UNIQUE INDEX recovery_code_selector_key ON recovery_code (account_id, selector) WHERE removed_at IS NULL;

-- A mailed or texted passcode is good for what it was sent for and nothing
-- else.
ALTER TABLE passcode_challenge
    ADD COLUMN purpose text NOT NULL DEFAULT 'sign-in'
        CONSTRAINT passcode_challenge_purpose_known CHECK (purpose IN ('sign-in', 'lost-app', 'new-app', 'phone')),
    ADD COLUMN phone_sealed bytea, -- where it was texted; null: it was mailed
    ADD CONSTRAINT passcode_challenge_phone CHECK (purpose <> 'phone' OR phone_sealed IS NOT NULL);

-- The number that passcodes may be texted to, confirmed by a code; null: none.
ALTER TABLE account ADD COLUMN phone_sealed bytea;

ALTER TABLE message
    ADD COLUMN phone_sealed bytea, -- null: not a text message
    DROP CONSTRAINT message_channel_known,
    DROP CONSTRAINT message_one_address,
    DROP CONSTRAINT message_body_gone,
    ADD CONSTRAINT message_channel_known CHECK (channel IN ('email', 'text', 'portal')),
    ADD CONSTRAINT message_one_address CHECK (
        num_nonnulls(email, email_sealed) = CASE channel WHEN 'email' THEN 1 ELSE 0 END
        AND num_nonnulls(phone_sealed) = CASE channel WHEN 'text' THEN 1 ELSE 0 END),
    ADD CONSTRAINT message_body_gone CHECK (channel = 'portal' OR state = 'queued' OR body IS NULL);
