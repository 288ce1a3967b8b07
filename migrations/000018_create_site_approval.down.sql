DROP FUNCTION own_sites();
DROP FUNCTION session_choice(uuid);

CREATE OR REPLACE FUNCTION session_sites(of_account uuid) RETURNS TABLE (site_id uuid, role text, name text, city text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT m.site_id, m.role, s.name, s.city
    FROM public.membership m LEFT JOIN public.site s ON s.id = m.site_id
    WHERE m.account_id = of_account AND m.removed_at IS NULL
    ORDER BY m.joined_at LIMIT 50
$$;

CREATE OR REPLACE FUNCTION session_member(of_account uuid, at_site uuid) RETURNS TABLE (role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT m.role FROM public.membership m
    WHERE m.account_id = of_account AND m.site_id IS NOT DISTINCT FROM at_site AND m.removed_at IS NULL
    LIMIT 1
$$;

ALTER TABLE account DROP COLUMN last_site_id;
ALTER TABLE membership
    DROP CONSTRAINT membership_orientation_certifier,
    DROP COLUMN orientation_due_on,
    DROP COLUMN orientation_done_on;
ALTER TABLE site
    DROP COLUMN uncertified_on,
    DROP COLUMN status_on,
    DROP COLUMN status_reason;
DROP TABLE site_approval;
