-- A clinic that certifies what a client has applied for from an account of the
-- own makes the record the account's, in the same transaction. True: it is the
-- account's now. A record that is another account's stays that one's, and an
-- account keeps the record that it has.
CREATE FUNCTION client_link_account(wanted uuid, owner uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.actor_role() NOT IN ('staff', 'certifier') OR NOT EXISTS (
        SELECT FROM public.application a
        WHERE a.account_id = owner AND a.site_id = public.actor_site() AND a.mode <> 'online' AND a.state IN ('draft', 'signed')
    ) THEN
        RETURN false;
    END IF;
    PERFORM FROM public.account a WHERE a.id = owner AND a.removed_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('client-account:' || owner::text, 0));
    UPDATE public.client c SET account_id = owner
    WHERE c.id = wanted AND c.account_id IS NULL
      AND (c.site_id = public.actor_site() OR EXISTS (
          SELECT FROM public.client_opening o
          WHERE o.client_id = c.id AND o.site_id = public.actor_site() AND o.opened_on = (public.portal_now() AT TIME ZONE 'America/Los_Angeles')::date))
      AND NOT EXISTS (SELECT FROM public.client o WHERE o.account_id = owner);
    RETURN EXISTS (SELECT FROM public.client c WHERE c.id = wanted AND c.account_id = owner);
END
$$;
REVOKE ALL ON FUNCTION client_link_account(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION client_link_account(uuid, uuid) TO portal_app;
