-- What somebody signs in with, of one kind for life. Workforce names and
-- e-mails are clear; those of a client are sealed, and the clear columns stay
-- null. The states of security.md 4.6 are separate columns, since each is
-- lifted by somebody else.
CREATE TABLE account (
    id                     uuid PRIMARY KEY,
    kind                   text NOT NULL CONSTRAINT account_kind_known
                           CHECK (kind IN ('client', 'workforce', 'ofp', 'desk')),
    username               text, -- as typed; null for a client
    username_key           text NOT NULL CONSTRAINT account_username_key UNIQUE, -- folded; for a client a blind index in hexadecimal
    first_name             text, -- null for a client
    last_name              text, -- null for a client
    email                  text, -- null for a client
    email_key              text, -- folded; for a client a blind index in hexadecimal, null without e-mail
    username_sealed        bytea, -- client only, like the three below
    first_name_sealed      bytea,
    last_name_sealed       bytea,
    email_sealed           bytea,
    language               text NOT NULL DEFAULT 'en' CONSTRAINT account_language_known CHECK (language IN ('en', 'es')),
    password_hash          text NOT NULL, -- PHC string, with the id of the pepper key
    password_set_at        timestamptz NOT NULL,
    must_change            boolean NOT NULL DEFAULT false, -- after a desk reset or evidence of compromise
    passcode_channel       text NOT NULL CONSTRAINT account_passcode_channel_known CHECK (passcode_channel IN ('email', 'app')),
    passcode_failed_at     timestamptz[] NOT NULL DEFAULT '{}', -- failures since the last right passcode, within the window
    passcode_sent_at       timestamptz[] NOT NULL DEFAULT '{}', -- passcode mails of the last 15 minutes
    passcode_unused_at     timestamptz[] NOT NULL DEFAULT '{}', -- passcode mails of the last day whose code was not used
    created_at             timestamptz NOT NULL,
    signed_in_at           timestamptz, -- last complete sign-in; null: never
    inactivity_warned_at   timestamptz, -- last warning sent since signed_in_at
    inactivity_warnings    smallint NOT NULL DEFAULT 0,
    blocked_at             timestamptz, -- too many wrong passcodes; lifted by the desk
    disabled_inactive_at   timestamptz, -- unused; lifted by the desk
    disabled_at            timestamptz, -- by an OFP administrator, and lifted by one
    disabled_reason        text,
    removed_at             timestamptz, -- for good
    CONSTRAINT account_client_sealed CHECK (kind <> 'client' OR (username IS NULL AND first_name IS NULL AND last_name IS NULL AND email IS NULL)),
    CONSTRAINT account_workforce_clear CHECK (kind = 'client' OR (username IS NOT NULL AND first_name IS NOT NULL AND last_name IS NOT NULL AND email IS NOT NULL)),
    CONSTRAINT account_privileged_app CHECK (kind NOT IN ('ofp', 'desk') OR passcode_channel = 'app')
);
CREATE INDEX account_email_key_idx ON account (email_key);
CREATE INDEX account_last_use_idx ON account (coalesce(signed_in_at, created_at))
    WHERE removed_at IS NULL AND disabled_inactive_at IS NULL;
REVOKE DELETE ON account FROM portal_app;

-- A browser that has completed a sign-in of the account (security.md 4.1). The
-- cookie holds a random value, this table its digest; by itself it signs nobody
-- in. One cookie may stand for several accounts.
CREATE TABLE device (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    digest     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT device_digest_account_key UNIQUE (digest, account_id)
);
CREATE INDEX device_account_idx ON device (account_id);
REVOKE DELETE ON device FROM portal_app;

-- Wrong passwords of an account, each known device counted apart and all
-- unknown ones together, under the nil id. The soft lock heals by itself. A
-- name that no account has is counted under an id made from it, so that known
-- and unknown names cost the same (security.md 9); such rows are swept.
CREATE TABLE password_failure (
    account_id  uuid NOT NULL, -- no reference: see above
    device_id   uuid NOT NULL, -- nil id: unknown devices together
    failed_at   timestamptz[] NOT NULL DEFAULT '{}', -- within the window
    in_a_row    integer NOT NULL DEFAULT 0, -- without a success between, however long ago
    locked_till timestamptz, -- null: no soft lock
    refused     integer NOT NULL DEFAULT 0, -- attempts during the lock
    last_at     timestamptz NOT NULL,
    PRIMARY KEY (account_id, device_id)
);
CREATE INDEX password_failure_last_idx ON password_failure (last_at);

-- An authenticator app. It is pending until one code has confirmed it, and an
-- account has one confirmed. last_step moves forward only (RFC 6238, 5.2).
CREATE TABLE authenticator (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account (id),
    secret_sealed bytea NOT NULL,
    last_step     bigint NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    confirmed_at  timestamptz, -- null: being set up
    removed_at    timestamptz
);
CREATE UNIQUE INDEX authenticator_one_confirmed ON authenticator (account_id)
    WHERE confirmed_at IS NOT NULL AND removed_at IS NULL;
CREATE UNIQUE INDEX authenticator_one_pending ON authenticator (account_id)
    WHERE confirmed_at IS NULL AND removed_at IS NULL;
REVOKE DELETE ON authenticator FROM portal_app;

-- Recovery codes, ten at a time, each good once, kept as keyed digests.
CREATE TABLE recovery_code (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    digest     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    removed_at timestamptz -- a new set was made
);
CREATE INDEX recovery_code_account_idx ON recovery_code (account_id) WHERE used_at IS NULL AND removed_at IS NULL;
REVOKE DELETE ON recovery_code FROM portal_app;

-- A passcode sent by e-mail, for one pending sign-in. A new one ends the one
-- before.
CREATE TABLE passcode_challenge (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account (id),
    pending_id    uuid NOT NULL, -- the sign-in (or re-authentication) that asked
    digest        bytea NOT NULL, -- number of its key, then HMAC-SHA-256
    sent_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    superseded_at timestamptz
);
CREATE UNIQUE INDEX passcode_challenge_one_live ON passcode_challenge (account_id)
    WHERE used_at IS NULL AND superseded_at IS NULL;
REVOKE DELETE ON passcode_challenge FROM portal_app;

-- A code that lets the owner of an account set a new password, typed by hand
-- from the mail (security.md 3.10). Kept as a keyed digest.
CREATE TABLE password_reset (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account (id),
    digest        bytea NOT NULL CONSTRAINT password_reset_digest_key UNIQUE,
    started_by    text NOT NULL CONSTRAINT password_reset_started_by_known CHECK (started_by IN ('owner', 'desk')),
    issued_at     timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    superseded_at timestamptz
);
CREATE UNIQUE INDEX password_reset_one_live ON password_reset (account_id)
    WHERE used_at IS NULL AND superseded_at IS NULL;
REVOKE DELETE ON password_reset FROM portal_app;

-- A session. Account, site and step never change in a row: whatever changes
-- them makes a new token and so a new row. A row that has ended stays ended;
-- the store only ever updates WHERE revoked_at IS NULL.
CREATE TABLE session (
    digest       bytea PRIMARY KEY, -- SHA-256 of the token
    id           uuid NOT NULL CONSTRAINT session_id_key UNIQUE,
    account_id   uuid REFERENCES account (id), -- null: nobody yet
    site_id      uuid, -- null: none, or not a provider
    step         text NOT NULL CONSTRAINT session_step_known CHECK (step IN ('none', 'password', 'full')),
    pending_id   uuid, -- the sign-in under way, which its passcodes are bound to
    device_id    uuid, -- the known device, null: unknown
    shared       boolean NOT NULL DEFAULT false, -- a shared device: shorter idle time
    data         jsonb NOT NULL DEFAULT '{}', -- message to show once, route to go back to; nothing personal
    created_at   timestamptz NOT NULL, -- of the sign-in: carried over to new tokens
    last_seen_at timestamptz NOT NULL,
    password_at  timestamptz,
    passcode_at  timestamptz,
    locked_at    timestamptz, -- idle too long: the password alone resumes it
    revoked_at   timestamptz,
    CONSTRAINT session_step_account CHECK (step = 'none' OR account_id IS NOT NULL)
);
CREATE INDEX session_account_idx ON session (account_id) WHERE revoked_at IS NULL;
CREATE INDEX session_revoked_idx ON session (revoked_at) WHERE revoked_at IS NOT NULL;
