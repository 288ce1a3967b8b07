DROP TABLE income_table_import;

ALTER TABLE income_table
    DROP COLUMN withdraw_reason,
    DROP COLUMN publish_reason;
