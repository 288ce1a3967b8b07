-- Key sets of the program, wrapped under the master key that lies outside the
-- database (security.md 12.3). One for each purpose; each holds the key in use
-- and those before it, so that what an older key sealed still opens.
CREATE TABLE key_set (
    purpose    text CONSTRAINT key_set_purpose_key PRIMARY KEY
               CONSTRAINT key_set_purpose_known CHECK (purpose IN ('field', 'index', 'mac', 'audit')),
    wrapped    bytea NOT NULL,
    version    integer NOT NULL DEFAULT 1, -- goes up with every change, so that two changes at once do not lose one
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
REVOKE DELETE ON key_set FROM portal_app;

-- What is known of each key of a set: when it was made, and what it is for now.
-- The newest one with state primary seals; the others only open.
CREATE TABLE key_set_key (
    purpose    text NOT NULL REFERENCES key_set (purpose),
    key_id     bigint NOT NULL,
    state      text NOT NULL CONSTRAINT key_set_key_state_known CHECK (state IN ('primary', 'active', 'destroyed')),
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (purpose, key_id)
);
CREATE UNIQUE INDEX key_set_key_one_primary ON key_set_key (purpose) WHERE state = 'primary';
REVOKE DELETE ON key_set_key FROM portal_app;

-- Who did what (security.md 13). No foreign keys, so that an entry outlives
-- what it names; no names and no values. The mac covers every other column.
CREATE TABLE audit_entry (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    role       text NOT NULL,
    account_id uuid,          -- null: nobody signed in, or the program itself
    site_id    uuid,          -- null: acts for no site
    action     text NOT NULL, -- code.redeem
    subject    text NOT NULL, -- access-code:0198…
    outcome    text NOT NULL CONSTRAINT audit_entry_outcome_known CHECK (outcome IN ('ok', 'denied', 'failed')),
    reason     text NOT NULL DEFAULT '', -- a code, never words of a person
    fields     text[] NOT NULL DEFAULT '{}', -- names of changed fields
    request    text NOT NULL DEFAULT '',
    address    text NOT NULL DEFAULT '',
    device_id  uuid,          -- null: unknown device, or none
    mac        bytea NOT NULL
);
CREATE INDEX audit_entry_subject ON audit_entry (subject, id);
CREATE INDEX audit_entry_account ON audit_entry (account_id, id) WHERE account_id IS NOT NULL;

-- Entries that have been committed and not yet chained. Written beside the
-- entry, emptied by the sealer.
CREATE TABLE audit_pending (
    entry_id uuid PRIMARY KEY
);

-- The chain (decisions 29): each seal's mac covers the one before it and its
-- entry. Positions have no gap.
CREATE TABLE audit_seal (
    position bigint PRIMARY KEY,
    entry_id uuid NOT NULL CONSTRAINT audit_seal_entry_key UNIQUE,
    mac      bytea NOT NULL
);

-- Where the chain ends, so that a tail taken away is missed. Its one row is
-- the sealer's lock as well.
CREATE TABLE audit_head (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT audit_head_only_row CHECK (only_row),
    position bigint NOT NULL,
    seal     bytea NOT NULL, -- mac of the last seal
    mac      bytea NOT NULL  -- over position and seal; empty at position 0
);
INSERT INTO audit_head (position, seal, mac) VALUES (0, '', '');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: it only grows', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_entry_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_stays BEFORE INSERT OR DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_seal FROM portal_app;
REVOKE INSERT, DELETE, TRUNCATE ON audit_head FROM portal_app;
REVOKE UPDATE, TRUNCATE ON audit_pending FROM portal_app;

-- Forms that were sent, with what the first sending made (security.md 19.2).
-- Written in the transaction of the change, kept for 24 hours.
CREATE TABLE submission (
    owner     text NOT NULL, -- account, else session, else role
    key       uuid NOT NULL,
    digest    bytea NOT NULL, -- of what was sent
    result_id uuid, -- null only inside the transaction that makes the result
    sent_at   timestamptz NOT NULL,
    CONSTRAINT submission_owner_key PRIMARY KEY (owner, key)
);
CREATE INDEX submission_sent ON submission (sent_at);

-- How often something was tried in a window of time (security.md 10). Keys are
-- keyed digests of address, account or e-mail.
CREATE TABLE rate_limit (
    key     bytea PRIMARY KEY,
    name    text NOT NULL,
    count   integer NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX rate_limit_ends ON rate_limit (ends_at);

-- What was sent to whom, why, by which channel and how it went (security.md
-- 15). The words are sealed until the mail server has taken them, then gone.
CREATE TABLE message (
    id            uuid PRIMARY KEY,
    key           text NOT NULL, -- certifier.invite
    cause         text NOT NULL, -- access-code:0198…
    account_id    uuid, -- null: the recipient has no account yet
    membership_id uuid, -- null: not about working at a site
    client_id     uuid, -- null: to the workforce
    language      text CONSTRAINT message_language_known CHECK (language IN ('en', 'es')), -- null: to a client, whose language is sealed with the body
    channel       text NOT NULL CONSTRAINT message_channel_known CHECK (channel IN ('email', 'portal')),
    email         text,  -- null: to a client, or no mail is sent
    email_sealed  bytea, -- null: to the workforce, or no mail is sent
    body          bytea, -- the values of its words, sealed; null once sent, dropped or given up
    state         text NOT NULL CONSTRAINT message_state_known CHECK (state IN ('queued', 'sent', 'undeliverable', 'dropped')),
    attempts      integer NOT NULL DEFAULT 0, -- refusals of the mail server so far
    queued_at     timestamptz NOT NULL,
    prepared_at   timestamptz, -- values complete for an attempt whose outcome is not known yet
    sent_at       timestamptz, -- null: not sent
    failed_at     timestamptz, -- time of the last failure
    failure       text CONSTRAINT message_failure_known CHECK (failure IN ('unreachable', 'temporary', 'permanent', 'unusable')),
    CONSTRAINT message_key_cause_key UNIQUE (key, cause),
    CONSTRAINT message_sent_once CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT message_one_address CHECK (num_nonnulls(email, email_sealed) = CASE channel WHEN 'email' THEN 1 ELSE 0 END),
    CONSTRAINT message_language_of_client CHECK (language IS NULL OR (client_id IS NULL AND email_sealed IS NULL)),
    CONSTRAINT message_body_gone CHECK (channel <> 'email' OR state = 'queued' OR body IS NULL)
);
CREATE INDEX message_membership ON message (membership_id, queued_at) WHERE membership_id IS NOT NULL;
CREATE INDEX message_client ON message (client_id, queued_at) WHERE client_id IS NOT NULL;
CREATE INDEX message_account ON message (account_id, queued_at) WHERE account_id IS NOT NULL;
CREATE INDEX message_open ON message (state, queued_at) WHERE state IN ('queued', 'undeliverable');
REVOKE DELETE ON message FROM portal_app;

-- The program's parameters that OFP has changed, with who, when and why. The
-- newest row of a name counts; a name without a row has the default in code.
CREATE TABLE setting (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL,
    value      text NOT NULL,
    reason     text NOT NULL CONSTRAINT setting_reason_given CHECK (reason <> ''),
    changed_by uuid, -- null: the program itself
    changed_at timestamptz NOT NULL
);
CREATE INDEX setting_name ON setting (name, id DESC);
REVOKE UPDATE, DELETE, TRUNCATE ON setting FROM portal_app;
GRANT SELECT ON setting TO portal_read;

-- When each hourly sweep was last begun, by portal_now().
CREATE TABLE sweep (
    name     text PRIMARY KEY,
    begun_at timestamptz NOT NULL
);
REVOKE DELETE ON sweep FROM portal_app;
GRANT SELECT ON sweep TO portal_read;
