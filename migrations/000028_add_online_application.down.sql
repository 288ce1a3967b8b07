DROP FUNCTION application_take(uuid, text);
DROP FUNCTION application_waiting(text);
ALTER POLICY application_visible ON application USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND (
        site_id = (SELECT actor_site())
        OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
    )
    OR (SELECT actor_role()) = 'client' AND account_id = (SELECT actor_account())
);
DROP INDEX application_submitted_idx;
DROP INDEX application_one_online;
ALTER TABLE application
    DROP CONSTRAINT application_submitted_when,
    DROP CONSTRAINT application_online_owned,
    DROP COLUMN submitted_at;
