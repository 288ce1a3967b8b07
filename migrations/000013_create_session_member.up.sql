-- The membership that a session acts by. Row-level security shows nothing
-- before it is known who acts, and this is how that is found out; it answers
-- for one account and one site only.
CREATE FUNCTION session_member(of_account uuid, at_site uuid) RETURNS TABLE (role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT m.role FROM public.membership m
    WHERE m.account_id = of_account AND m.site_id IS NOT DISTINCT FROM at_site AND m.removed_at IS NULL
    LIMIT 1
$$;
REVOKE ALL ON FUNCTION session_member(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_member(uuid, uuid) TO portal_app;

-- The sites that an account may act for, for the choice after signing in.
CREATE FUNCTION session_sites(of_account uuid) RETURNS TABLE (site_id uuid, role text, name text, city text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT m.site_id, m.role, s.name, s.city
    FROM public.membership m LEFT JOIN public.site s ON s.id = m.site_id
    WHERE m.account_id = of_account AND m.removed_at IS NULL
    ORDER BY m.joined_at LIMIT 50
$$;
REVOKE ALL ON FUNCTION session_sites(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_sites(uuid) TO portal_app;
