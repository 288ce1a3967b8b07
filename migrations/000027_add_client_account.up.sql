-- What the account of a client holds beside the names: the birth date, which is
-- asked for when a username is forgotten, and the ways that the client has
-- called safe. Sealed, and of a client only.
ALTER TABLE account
    ADD COLUMN birth_on_sealed bytea, -- null: the workforce
    ADD COLUMN ways_sealed bytea, -- null: the workforce, or nothing leaves the portal
    ADD CONSTRAINT account_own_facts_of_client CHECK (kind = 'client' OR num_nonnulls(birth_on_sealed, ways_sealed) = 0);

-- Who has looked at, opened or changed the record of the client who asks
-- (security.md 13.6): day, place, role and purpose, and no name of anybody.
-- What one role at one place did for one purpose on one day is one row.
CREATE FUNCTION client_looks()
RETURNS TABLE (seen_on date, site_name text, role text, action text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 50 AS $$
    SELECT (e.at AT TIME ZONE 'America/Los_Angeles')::date, coalesce(max(s.name), ''), e.role, e.action, e.reason
    FROM public.client c
    JOIN public.audit_entry e ON e.subject = 'client:' || c.id
    LEFT JOIN public.site s ON s.id = e.site_id
    WHERE public.actor_role() = 'client' AND c.account_id = public.actor_account()
      AND e.outcome = 'ok' AND e.role IN ('staff', 'certifier', 'ofp', 'desk')
    GROUP BY 1, e.site_id, e.role, e.action, e.reason
    ORDER BY 1 DESC, max(e.at) DESC
    LIMIT 500
$$;
REVOKE ALL ON FUNCTION client_looks() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION client_looks() TO portal_app;
