-- River's own migration, version 3, written by internal/platform/job/riversql.
ALTER TABLE river_job
    ALTER COLUMN tags DROP NOT NULL,
    ALTER COLUMN tags DROP DEFAULT;
