DO $$
BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END
$$;
DROP TABLE training_mark;
DROP FUNCTION actor_site();
DROP FUNCTION actor_account();
DROP FUNCTION actor_role();
DROP FUNCTION portal_now();
DROP TABLE clock;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM portal_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM portal_app;
REVOKE ALL ON schema_migration FROM portal_app, portal_read;
REVOKE USAGE ON SCHEMA public FROM portal_app, portal_read;
