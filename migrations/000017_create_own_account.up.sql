-- The browser of a session in coarse words ("chrome windows"), never the text
-- that it sends, and why a session ended: only for some ends may its browser
-- still be told something.
ALTER TABLE session
    ADD COLUMN agent text NOT NULL DEFAULT '',
    ADD COLUMN ended_for text CONSTRAINT session_ended_for_known
        CHECK (ended_for IN ('sign-out', 'limit', 'unusable', 'surplus', 'owner')); -- null: not ended, or with the cause that ended it

-- Complete sign-ins of an account, as its owner may look through them for 90
-- days (ux.md 7.5). No address: that is in the audit record.
CREATE TABLE sign_in (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account (id),
    agent        text NOT NULL, -- as in session
    known        boolean NOT NULL, -- on a device that was known, or is from then on
    signed_in_at timestamptz NOT NULL
);
CREATE INDEX sign_in_account_idx ON sign_in (account_id, signed_in_at DESC);
CREATE INDEX sign_in_at_idx ON sign_in (signed_in_at);
REVOKE UPDATE ON sign_in FROM portal_app;
ALTER TABLE sign_in ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in_system ON sign_in
    USING ((SELECT actor_role()) = 'system')
    WITH CHECK ((SELECT actor_role()) = 'system');
CREATE POLICY sign_in_own ON sign_in FOR SELECT
    USING (account_id = (SELECT actor_account()));

-- Disuse is counted from the last sign-in, or from when the desk switched the
-- account on again.
CREATE INDEX account_in_use_idx ON account (greatest(coalesce(signed_in_at, created_at), enabled_at))
    WHERE removed_at IS NULL AND disabled_inactive_at IS NULL;

-- A new e-mail address of an account, until the code that was mailed to it has
-- been typed. One is under way for an account at a time.
CREATE TABLE contact_change (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account (id),
    email_sealed bytea, -- null: over and forgotten
    digest       bytea NOT NULL, -- of the code, keyed
    asked_at     timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    confirmed_at timestamptz, -- when the address became the account's
    given_up_at  timestamptz, -- replaced by another change, cancelled, or run out
    CONSTRAINT contact_change_expires_after_asking CHECK (expires_at > asked_at),
    CONSTRAINT contact_change_one_end CHECK (confirmed_at IS NULL OR given_up_at IS NULL),
    CONSTRAINT contact_change_live_email CHECK (email_sealed IS NOT NULL OR confirmed_at IS NOT NULL OR given_up_at IS NOT NULL)
);
CREATE UNIQUE INDEX contact_change_one_live ON contact_change (account_id)
    WHERE confirmed_at IS NULL AND given_up_at IS NULL;
CREATE INDEX contact_change_expiry_idx ON contact_change (expires_at)
    WHERE confirmed_at IS NULL AND given_up_at IS NULL;
REVOKE DELETE ON contact_change FROM portal_app;
ALTER TABLE contact_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_change_system ON contact_change
    USING ((SELECT actor_role()) = 'system')
    WITH CHECK ((SELECT actor_role()) = 'system');
CREATE POLICY contact_change_own ON contact_change FOR SELECT
    USING (account_id = (SELECT actor_account()));

-- Which version of which text somebody has agreed to (security.md 14.8). Rows
-- are added and never changed.
CREATE TABLE acceptance (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account (id),
    text        text NOT NULL CONSTRAINT acceptance_text_known CHECK (text IN ('consent', 'terms', 'privacy')),
    version     text NOT NULL,
    accepted_at timestamptz NOT NULL,
    CONSTRAINT acceptance_once UNIQUE (account_id, text, version)
);
REVOKE UPDATE, DELETE ON acceptance FROM portal_app;
ALTER TABLE acceptance ENABLE ROW LEVEL SECURITY;
CREATE POLICY acceptance_system ON acceptance
    USING ((SELECT actor_role()) = 'system')
    WITH CHECK ((SELECT actor_role()) = 'system');
CREATE POLICY acceptance_own ON acceptance
    USING (account_id = (SELECT actor_account()))
    WITH CHECK (account_id = (SELECT actor_account()));

-- What was typed into a form that came after the time limit, sealed for its
-- account for 24 hours (security.md 5.5). The newest of a page counts.
CREATE TABLE kept_form (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account (id),
    path        text NOT NULL, -- of the page, without values
    body_sealed bytea NOT NULL,
    kept_at     timestamptz NOT NULL,
    CONSTRAINT kept_form_page_key UNIQUE (account_id, path)
);
CREATE INDEX kept_form_at_idx ON kept_form (kept_at);
ALTER TABLE kept_form ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept_form_system ON kept_form
    USING ((SELECT actor_role()) = 'system')
    WITH CHECK ((SELECT actor_role()) = 'system');
CREATE POLICY kept_form_own ON kept_form FOR SELECT
    USING (account_id = (SELECT actor_account()));

-- What a session must know of its account beside the membership: whether every
-- text that is wanted ("terms 2025-01") has been agreed to, and what was kept
-- of forms that came too late. Like session_member it answers for one account
-- before it is known who acts.
CREATE FUNCTION session_account(of_account uuid, wanted text[], page text)
    RETURNS TABLE (agreed boolean, kept_path text, kept_id uuid, kept_body bytea)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public AS $$
    SELECT
        NOT EXISTS (SELECT FROM unnest(wanted) AS w (name) WHERE NOT EXISTS (
            SELECT FROM public.acceptance x WHERE x.account_id = of_account AND x.text || ' ' || x.version = w.name)),
        (SELECT k.path FROM public.kept_form k
            WHERE k.account_id = of_account AND k.kept_at > public.portal_now() - interval '24 hours'
            ORDER BY k.kept_at DESC LIMIT 1),
        p.id, p.body_sealed
    FROM (VALUES (1)) AS one (row)
    LEFT JOIN public.kept_form p
        ON p.account_id = of_account AND p.path = page AND p.kept_at > public.portal_now() - interval '24 hours'
$$;
REVOKE ALL ON FUNCTION session_account(uuid, text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_account(uuid, text[], text) TO portal_app;
