-- What one administrator asks for and another decides (security.md 16.5 to
-- 16.7): inviting somebody to OFP or to the desk, an act on many accounts, and
-- opening the break-glass account. It holds for exactly what its digest was
-- made of, and for a time.
CREATE TABLE approval (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CONSTRAINT approval_kind_known
               CHECK (kind IN ('office_invite', 'break_glass', 'issue_codes', 'launch_mailing')),
    digest     bytea NOT NULL, -- SHA-256 of what is to be done
    count      integer NOT NULL CONSTRAINT approval_count_some CHECK (count > 0), -- accounts that it is about
    reason     text NOT NULL CONSTRAINT approval_reason_given CHECK (reason <> ''), -- why, in words
    asked_by   uuid REFERENCES account (id), -- null: on the host
    asked_at   timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL, -- worth nothing from then on
    decision   text CONSTRAINT approval_decision_known CHECK (decision IN ('approved', 'refused', 'withdrawn')), -- null: open
    decided_by uuid REFERENCES account (id),
    decided_at timestamptz,
    spent_at   timestamptz, -- what was approved has been done
    CONSTRAINT approval_decided_whole CHECK (num_nulls(decision, decided_by, decided_at) IN (0, 3)),
    CONSTRAINT approval_second_person CHECK (decision IS NULL OR decision = 'withdrawn' OR decided_by IS DISTINCT FROM asked_by),
    CONSTRAINT approval_withdrawn_by_asker CHECK (decision IS DISTINCT FROM 'withdrawn' OR decided_by IS NOT DISTINCT FROM asked_by),
    CONSTRAINT approval_spent_approved CHECK (spent_at IS NULL OR decision IS NOT DISTINCT FROM 'approved')
);
CREATE INDEX approval_open_idx ON approval (asked_at) WHERE decision IS NULL;
CREATE INDEX approval_asked_idx ON approval (asked_at);
CREATE INDEX approval_kind_idx ON approval (kind, asked_by, asked_at);
REVOKE DELETE ON approval FROM portal_app;

-- Whom a request of the kind office_invite is about. The membership is made
-- when the request is approved.
CREATE TABLE office_invitation (
    approval_id   uuid PRIMARY KEY REFERENCES approval (id),
    role          text NOT NULL CONSTRAINT office_invitation_role_known CHECK (role IN ('ofp', 'desk')),
    first_name    text NOT NULL,
    last_name     text NOT NULL,
    email         text NOT NULL,
    email_key     text NOT NULL, -- folded, for comparing
    membership_id uuid REFERENCES membership (id) -- null: not approved
);
CREATE INDEX office_invitation_email_idx ON office_invitation (email_key);
REVOKE DELETE ON office_invitation FROM portal_app;

-- Who disabled an account for cause, beside when and why.
ALTER TABLE account ADD COLUMN disabled_by uuid REFERENCES account (id);

-- The break-glass account (security.md 16.6): sealed, it signs nobody in; it is
-- open until the time given, by the database's clock, and needs nobody to end.
ALTER TABLE account
    ADD COLUMN sealed boolean NOT NULL DEFAULT false,
    ADD COLUMN open_till timestamptz, -- null: never opened
    ADD CONSTRAINT account_sealed_ofp CHECK (NOT sealed OR kind = 'ofp'),
    ADD CONSTRAINT account_open_sealed CHECK (open_till IS NULL OR sealed);
CREATE UNIQUE INDEX account_one_sealed ON account ((true)) WHERE sealed AND removed_at IS NULL;

ALTER TABLE membership
    ADD COLUMN sealed boolean NOT NULL DEFAULT false, -- of the break-glass account
    ADD CONSTRAINT membership_sealed_ofp CHECK (NOT sealed OR role = 'ofp');
CREATE INDEX membership_account_idx ON membership (account_id) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX membership_one_sealed ON membership ((true)) WHERE sealed AND removed_at IS NULL;

-- The account made through the sealed membership is sealed from its first
-- moment, whoever makes it.
CREATE FUNCTION seal_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account SET sealed = true WHERE id = NEW.account_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER membership_seals_account AFTER UPDATE OF account_id ON membership
    FOR EACH ROW WHEN (NEW.sealed AND NEW.account_id IS NOT NULL) EXECUTE FUNCTION seal_account();

ALTER TABLE approval ENABLE ROW LEVEL SECURITY;
CREATE POLICY approval_office ON approval
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));

ALTER TABLE office_invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY office_invitation_office ON office_invitation
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));
