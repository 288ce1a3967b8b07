-- River's own migration, version 8, written by internal/platform/job/riversql.
-- No-op. Postgres sequences already prevent automatically generated job IDs
-- from being reused.
SELECT 1;
