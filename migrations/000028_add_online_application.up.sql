-- A client fills in an application alone, from an account of the own, and sends
-- it. It decides nothing (decisions 17): it waits for a clinic, which goes
-- through it with the client live and makes it an application of its own.
ALTER TABLE application
    ADD COLUMN submitted_at timestamptz, -- null: not sent online
    ADD CONSTRAINT application_online_owned CHECK (mode <> 'online' OR account_id IS NOT NULL),
    ADD CONSTRAINT application_submitted_when CHECK (state <> 'submitted' OR submitted_at IS NOT NULL AND mode = 'online');

-- One account has one that waits or is not finished.
CREATE UNIQUE INDEX application_one_online ON application (account_id)
    WHERE mode = 'online' AND state IN ('draft', 'submitted');
CREATE INDEX application_submitted_idx ON application (submitted_at) WHERE state = 'submitted';

-- A client sees what was filled in from the own account, and what was decided
-- about the own record; drafts of a clinic are the clinic's.
ALTER POLICY application_visible ON application USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND (
        site_id = (SELECT actor_site())
        OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
    )
    OR (SELECT actor_role()) = 'client' AND account_id = (SELECT actor_account())
);
CREATE POLICY application_decided ON application FOR SELECT USING (
    (SELECT actor_role()) = 'client' AND state IN ('certified', 'ineligible') AND EXISTS (SELECT FROM client c WHERE c.id = client_id)
);

-- The application that waits under its whole number, wherever it waits. The
-- caller compares the birth date before anything is shown or done.
CREATE FUNCTION application_waiting(wanted text)
RETURNS TABLE (id uuid, answers_sealed bytea, submitted_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 1 AS $$
    SELECT a.id, a.answers_sealed, a.submitted_at
    FROM public.application a
    WHERE public.actor_role() IN ('staff', 'certifier') AND a.number = wanted AND a.state = 'submitted'
$$;

-- Makes an application that waits one of the acting site, and nothing else. It
-- is a draft again: the clinic goes through it with the client, who signs anew.
CREATE FUNCTION application_take(wanted uuid, way text)
RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 1 AS $$
    UPDATE public.application a
    SET site_id = public.actor_site(), mode = way, state = 'draft', started_by = public.actor_account(), saved_at = public.portal_now()
    WHERE a.id = wanted AND a.state = 'submitted' AND public.actor_role() IN ('staff', 'certifier')
      AND public.actor_site() IS NOT NULL AND way IN ('in_person', 'video', 'telephone')
    RETURNING a.id
$$;

REVOKE ALL ON FUNCTION application_waiting(text), application_take(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION application_waiting(text), application_take(uuid, text) TO portal_app;
