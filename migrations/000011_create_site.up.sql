-- An enrolled service location. Its key in the trade is NPI and site code;
-- many locations share an NPI.
CREATE TABLE site (
    id            uuid PRIMARY KEY,
    npi           text NOT NULL CONSTRAINT site_npi_digits CHECK (npi ~ '^[0-9]{10}$'),
    site_code     text NOT NULL CONSTRAINT site_code_short CHECK (length(site_code) BETWEEN 1 AND 20),
    name          text NOT NULL,
    provider_type text NOT NULL,
    sector        text NOT NULL CONSTRAINT site_sector_known CHECK (sector IN ('private', 'public')),
    street        text NOT NULL,
    city          text NOT NULL,
    zip           text NOT NULL,
    county_code   text NOT NULL,
    phone         text NOT NULL,
    enrolled_on   date NOT NULL,
    status        text NOT NULL DEFAULT 'enrolled' CONSTRAINT site_status_known
                  CHECK (status IN ('enrolled', 'suspended', 'disenrolled')),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    CONSTRAINT site_npi_site_code_key UNIQUE (npi, site_code)
);
CREATE INDEX site_site_code_idx ON site (site_code);
CREATE INDEX site_county_idx ON site (county_code);
REVOKE DELETE ON site FROM portal_app;

-- Access of a person to a site, as its certifier or as staff; OFP and desk
-- belong to no site. It begins as an invitation, without an account, and ends
-- when it is removed; the row stays as the history of who worked there.
CREATE TABLE membership (
    id         uuid PRIMARY KEY,
    site_id    uuid REFERENCES site (id), -- null: OFP and desk
    role       text NOT NULL CONSTRAINT membership_role_known
               CHECK (role IN ('certifier', 'staff', 'ofp', 'desk')),
    account_id uuid REFERENCES account (id), -- null: no account yet
    first_name text NOT NULL,
    last_name  text NOT NULL,
    email      text NOT NULL, -- as given
    email_key  text NOT NULL, -- folded, for comparing
    credential text, -- of a certifier; null for the others
    invited_by uuid REFERENCES account (id), -- null: by import or on a terminal
    created_at timestamptz NOT NULL,
    joined_at  timestamptz, -- when the account was made or linked
    removed_at timestamptz, -- null: in force
    removed_by uuid REFERENCES account (id),
    CONSTRAINT membership_site_by_role CHECK ((site_id IS NULL) = (role IN ('ofp', 'desk'))),
    CONSTRAINT membership_certifier_credential CHECK ((credential IS NOT NULL) = (role = 'certifier')),
    CONSTRAINT membership_joined_account CHECK ((joined_at IS NULL) = (account_id IS NULL))
);
CREATE UNIQUE INDEX membership_one_certifier ON membership (site_id)
    WHERE role = 'certifier' AND removed_at IS NULL;
CREATE UNIQUE INDEX membership_site_email_key ON membership (site_id, email_key)
    WHERE removed_at IS NULL AND site_id IS NOT NULL;
CREATE UNIQUE INDEX membership_office_email_key ON membership (email_key)
    WHERE removed_at IS NULL AND site_id IS NULL;
CREATE UNIQUE INDEX membership_account_site_key ON membership (account_id, site_id)
    WHERE removed_at IS NULL AND account_id IS NOT NULL;
CREATE INDEX membership_email_idx ON membership (email_key);
CREATE INDEX membership_site_idx ON membership (site_id);
REVOKE DELETE ON membership FROM portal_app;

-- An access code lets one invited person create an account. Only a keyed
-- digest is kept; the code itself is in the mail alone. Its 24 hours start
-- when the mail server has accepted the mail, or at printing on a terminal.
CREATE TABLE access_code (
    id            uuid PRIMARY KEY,
    membership_id uuid NOT NULL REFERENCES membership (id),
    digest        bytea CONSTRAINT access_code_digest_key UNIQUE, -- null: spent and forgotten, kept as history
    reason        text NOT NULL CONSTRAINT access_code_reason_known
                  CHECK (reason IN ('launch', 'auto_reissue', 'manual_ofp', 'new_site', 'staff_invite', 'ofp_invite', 'create_admin')),
    note          text, -- why an administrator issued it by hand
    replaces_id   uuid CONSTRAINT access_code_replaces_key UNIQUE REFERENCES access_code (id), -- the lapsed code that the automatic re-issue made this for
    issued_by     uuid REFERENCES account (id), -- null: by the program
    issued_at     timestamptz NOT NULL,
    expires_at    timestamptz, -- null: its mail has not been accepted yet
    used_at       timestamptz,
    superseded_at timestamptz, -- by a newer code, or with the invitation withdrawn
    lapsed_at     timestamptz, -- when a sweep noted that it had run out unused
    CONSTRAINT access_code_expires_after_issue CHECK (expires_at > issued_at),
    CONSTRAINT access_code_one_end CHECK (used_at IS NULL OR superseded_at IS NULL),
    CONSTRAINT access_code_live_digest CHECK (digest IS NOT NULL OR used_at IS NOT NULL OR superseded_at IS NOT NULL OR lapsed_at IS NOT NULL)
);
CREATE UNIQUE INDEX access_code_one_live ON access_code (membership_id)
    WHERE used_at IS NULL AND superseded_at IS NULL;
CREATE UNIQUE INDEX access_code_one_launch ON access_code (membership_id)
    WHERE reason = 'launch';
CREATE INDEX access_code_membership_idx ON access_code (membership_id, issued_at);
CREATE INDEX access_code_live_expiry_idx ON access_code (expires_at)
    WHERE used_at IS NULL AND superseded_at IS NULL;
REVOKE DELETE ON access_code FROM portal_app;

-- Somebody on the way from a verified code to an account, a step at a time.
-- It is bound to the browser's session and is emptied when the account exists.
CREATE TABLE account_setup (
    session          text PRIMARY KEY, -- what binds it to the browser
    code_id          uuid NOT NULL REFERENCES access_code (id) ON DELETE CASCADE,
    verified_at      timestamptz NOT NULL, -- when the code was accepted
    confirmed_at     timestamptz, -- names and site confirmed
    first_name       text,
    last_name        text,
    username         text,
    password_hash    text, -- erased when the account exists
    passcode_channel text,
    account_id       uuid REFERENCES account (id), -- null: not finished
    finished_at      timestamptz,
    CONSTRAINT account_setup_finished_account CHECK ((finished_at IS NULL) = (account_id IS NULL)),
    CONSTRAINT account_setup_no_hash_left CHECK (finished_at IS NULL OR password_hash IS NULL)
);
CREATE INDEX account_setup_code_idx ON account_setup (code_id);

-- A list of sites that was uploaded: its check is shown before it is applied,
-- and its content is erased then.
CREATE TABLE site_import (
    id          uuid PRIMARY KEY,
    digest      bytea NOT NULL, -- SHA-256 of the file
    content     bytea, -- null: applied, or given up
    uploaded_by uuid REFERENCES account (id), -- null: on a terminal
    uploaded_at timestamptz NOT NULL,
    applied_by  uuid REFERENCES account (id),
    applied_at  timestamptz, -- null: not applied
    good_only   boolean NOT NULL DEFAULT false,
    added       integer NOT NULL DEFAULT 0,
    changed     integer NOT NULL DEFAULT 0,
    unchanged   integer NOT NULL DEFAULT 0,
    refused     integer NOT NULL DEFAULT 0,
    CONSTRAINT site_import_content_until_applied CHECK (applied_at IS NULL OR content IS NULL)
);
CREATE INDEX site_import_digest_idx ON site_import (digest);
CREATE INDEX site_import_uploaded_idx ON site_import (uploaded_at);
REVOKE DELETE ON site_import FROM portal_app;

-- A mailing of access codes to every certifier that has none yet. One is under
-- way at a time; each certifier's code is a transaction of its own.
CREATE TABLE launch_mailing (
    id          uuid PRIMARY KEY,
    started_by  uuid REFERENCES account (id),
    started_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL, -- not before this time
    issued      integer NOT NULL DEFAULT 0,
    finished_at timestamptz -- null: under way
);
CREATE UNIQUE INDEX launch_mailing_one_running ON launch_mailing ((true)) WHERE finished_at IS NULL;
REVOKE DELETE ON launch_mailing FROM portal_app;

-- Row-level security (security.md 8.4): with no actor named, nothing is seen.
ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY membership_office ON membership
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));
CREATE POLICY membership_certifier ON membership
    USING ((SELECT actor_role()) = 'certifier' AND site_id = (SELECT actor_site()))
    WITH CHECK ((SELECT actor_role()) = 'certifier' AND site_id = (SELECT actor_site()) AND role = 'staff');
CREATE POLICY membership_staff ON membership FOR SELECT
    USING ((SELECT actor_role()) = 'staff' AND site_id = (SELECT actor_site()) AND role = 'certifier');
CREATE POLICY membership_own ON membership FOR SELECT
    USING (account_id = (SELECT actor_account()));
CREATE POLICY membership_desk ON membership FOR SELECT
    USING ((SELECT actor_role()) = 'desk');

ALTER TABLE access_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY access_code_office ON access_code
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));
CREATE POLICY access_code_certifier ON access_code
    USING ((SELECT actor_role()) = 'certifier' AND EXISTS (
        SELECT FROM membership m
        WHERE m.id = membership_id AND m.role = 'staff' AND m.site_id = (SELECT actor_site())))
    WITH CHECK ((SELECT actor_role()) = 'certifier' AND EXISTS (
        SELECT FROM membership m
        WHERE m.id = membership_id AND m.role = 'staff' AND m.site_id = (SELECT actor_site())));

ALTER TABLE account_setup ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_setup_system ON account_setup
    USING ((SELECT actor_role()) = 'system')
    WITH CHECK ((SELECT actor_role()) = 'system');

ALTER TABLE launch_mailing ENABLE ROW LEVEL SECURITY;
CREATE POLICY launch_mailing_office ON launch_mailing
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));

ALTER TABLE site_import ENABLE ROW LEVEL SECURITY;
CREATE POLICY site_import_office ON site_import
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));
