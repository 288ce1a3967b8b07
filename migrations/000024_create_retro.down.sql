REVOKE UPDATE (status, effective_from, effective_to, published_at, published_by, withdrawn_at, withdrawn_by) ON income_table FROM portal_app;
ALTER TABLE income_table
    DROP CONSTRAINT income_table_withdrawn_when,
    DROP COLUMN withdrawn_by,
    DROP COLUMN withdrawn_at,
    DROP COLUMN published_by,
    DROP COLUMN loaded_by;

ALTER TABLE determination
    DROP COLUMN income_table_id;

DROP TABLE retro_month;
DROP TABLE retro;
