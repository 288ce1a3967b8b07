-- Three roles (security.md 16.3): the owner migrates, portal_app serves and
-- owns nothing, portal_read reports. An operator may have made them already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
        CREATE ROLE portal_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_read') THEN
        CREATE ROLE portal_read LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server made them at this moment
END
$$;

GRANT USAGE ON SCHEMA public TO portal_app, portal_read;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO portal_app;
GRANT SELECT ON schema_migration TO portal_app, portal_read;

-- The one clock of every decision (decisions 1). Production keeps this table
-- empty; tests and the training copy freeze or shift the time with its one row.
CREATE TABLE clock (
    only_row  boolean PRIMARY KEY DEFAULT true CONSTRAINT clock_only_row CHECK (only_row),
    frozen_at timestamptz, -- null: the time runs
    ahead     interval NOT NULL DEFAULT '0'
);

-- The time of the transaction. The body is looked up at each call, so a
-- temporary table named clock stands before the shared one in tests.
CREATE FUNCTION portal_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT coalesce(frozen_at, now() + ahead) FROM clock), now())
$$;

-- Who acts in this transaction, as InTx has said: role, account and site.
CREATE FUNCTION actor_role() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT split_part(current_setting('portal.actor', true), ' ', 1)
$$;
CREATE FUNCTION actor_account() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(nullif(split_part(current_setting('portal.actor', true), ' ', 2), '-'), '')::uuid
$$;
CREATE FUNCTION actor_site() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(nullif(split_part(current_setting('portal.actor', true), ' ', 3), '-'), '')::uuid
$$;

-- A training database is marked when it is made (decisions 32). Production
-- refuses a marked one, the training copy refuses an unmarked one that holds
-- anything.
CREATE TABLE training_mark (
    only_row  boolean PRIMARY KEY DEFAULT true CONSTRAINT training_mark_only_row CHECK (only_row),
    marked_at timestamptz NOT NULL,
    seeded_at timestamptz -- null: begun, not yet filled
);

-- The serving role reads both and changes neither: moving the clock is for the
-- owner, in tests and in the training copy.
REVOKE INSERT, UPDATE, DELETE ON clock, training_mark FROM portal_app;

-- Nor does it put a temporary table of its own before the shared clock. Only
-- who owns the database can say so; anybody else leaves it to the operator.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, portal_app, portal_read', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END
$$;
