-- An approved declaration of several locations (DHCS 4475): the certifier of
-- this site may answer for further ones (SB 1131). One is in force for a site;
-- those before it stay as the history.
CREATE TABLE site_approval (
    id          uuid PRIMARY KEY,
    site_id     uuid NOT NULL REFERENCES site (id),
    number      text NOT NULL CONSTRAINT site_approval_number_short CHECK (length(number) BETWEEN 1 AND 40),
    approved_on date NOT NULL,
    basis       text NOT NULL CONSTRAINT site_approval_basis_known CHECK (basis IN ('parent', 'community')),
    recorded_by uuid REFERENCES account (id), -- null: by the program
    recorded_at timestamptz NOT NULL,
    ended_at    timestamptz, -- null: in force
    ended_by    uuid REFERENCES account (id)
);
CREATE UNIQUE INDEX site_approval_one_in_force ON site_approval (site_id) WHERE ended_at IS NULL;
CREATE INDEX site_approval_site_idx ON site_approval (site_id, recorded_at);
REVOKE UPDATE, DELETE ON site_approval FROM portal_app;
GRANT UPDATE (ended_at, ended_by) ON site_approval TO portal_app;

ALTER TABLE site_approval ENABLE ROW LEVEL SECURITY;
CREATE POLICY site_approval_office ON site_approval
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));

-- Why and since when a site is suspended or disenrolled, and since when it has
-- nobody who certifies it (security.md 8.8).
ALTER TABLE site
    ADD COLUMN status_reason  text CONSTRAINT site_status_reason_known CHECK (status_reason IN
        ('no_claims', 'mail_returned', 'license', 'no_recertification', 'investigation', 'own_wish', 'other')), -- null: enrolled
    ADD COLUMN status_on      date, -- null: never changed
    ADD COLUMN uncertified_on date; -- null: has a certifier

-- The Provider Orientation of a new certifier: attended shortly before, or due.
ALTER TABLE membership
    ADD COLUMN orientation_done_on date,
    ADD COLUMN orientation_due_on  date,
    ADD CONSTRAINT membership_orientation_certifier
        CHECK (role = 'certifier' OR (orientation_done_on IS NULL AND orientation_due_on IS NULL));

-- The site that somebody with several acted for last.
ALTER TABLE account ADD COLUMN last_site_id uuid REFERENCES site (id); -- null: never chose one

-- Nobody acts for a site that was disenrolled.
CREATE OR REPLACE FUNCTION session_member(of_account uuid, at_site uuid) RETURNS TABLE (role text)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public AS $$
    SELECT m.role FROM public.membership m LEFT JOIN public.site s ON s.id = m.site_id
    WHERE m.account_id = of_account AND m.site_id IS NOT DISTINCT FROM at_site AND m.removed_at IS NULL
        AND s.status IS DISTINCT FROM 'disenrolled'
    LIMIT 1
$$;

-- The sites that an account may act for, the one it chose last first.
CREATE OR REPLACE FUNCTION session_sites(of_account uuid) RETURNS TABLE (site_id uuid, role text, name text, city text)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = pg_catalog, public AS $$
    SELECT m.site_id, m.role, s.name, s.city
    FROM public.membership m
    JOIN public.account a ON a.id = m.account_id
    LEFT JOIN public.site s ON s.id = m.site_id
    WHERE m.account_id = of_account AND m.removed_at IS NULL AND s.status IS DISTINCT FROM 'disenrolled'
    ORDER BY (m.site_id = a.last_site_id) IS TRUE DESC, m.joined_at LIMIT 50
$$;

-- For how many sites an account may act, how many it certifies, and whether it
-- has chosen one of them.
CREATE FUNCTION session_choice(of_account uuid) RETURNS TABLE (sites integer, certifies integer, chosen boolean)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public AS $$
    SELECT count(*)::int, (count(*) FILTER (WHERE m.role = 'certifier'))::int,
        coalesce(bool_or(m.site_id = a.last_site_id), false)
    FROM public.membership m
    JOIN public.account a ON a.id = m.account_id
    JOIN public.site s ON s.id = m.site_id
    WHERE m.account_id = of_account AND m.removed_at IS NULL AND s.status <> 'disenrolled'
$$;
REVOKE ALL ON FUNCTION session_choice(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_choice(uuid) TO portal_app;

-- The sites of whoever acts, each with how many applications are open there.
-- Row-level security shows the acting site alone; this shows a number of the
-- others, and of nobody else's.
CREATE FUNCTION own_sites() RETURNS TABLE (site_id uuid, role text, name text, city text, npi text, status text, open_items integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 3 SET search_path = pg_catalog, public AS $$
    SELECT s.id, m.role, s.name, s.city, s.npi, s.status,
        (SELECT count(*)::int FROM public.application p WHERE p.site_id = s.id AND p.state IN ('draft', 'submitted', 'signed'))
    FROM public.membership m JOIN public.site s ON s.id = m.site_id
    WHERE m.account_id = public.actor_account() AND m.removed_at IS NULL AND s.status <> 'disenrolled'
    ORDER BY s.name, s.id LIMIT 50
$$;
REVOKE ALL ON FUNCTION own_sites() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_sites() TO portal_app;
