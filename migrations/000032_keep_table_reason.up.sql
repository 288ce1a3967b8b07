-- Why an income table was published, and why it was taken back, in the words of
-- whoever did it.
ALTER TABLE income_table
    ADD COLUMN publish_reason  text CONSTRAINT income_table_publish_reason_size CHECK (char_length(publish_reason) <= 500), -- null: a draft, came with the program, or before this column
    ADD COLUMN withdraw_reason text CONSTRAINT income_table_withdraw_reason_size CHECK (char_length(withdraw_reason) <= 500); -- null: not withdrawn, or before this column
GRANT UPDATE (publish_reason, withdraw_reason) ON income_table TO portal_app;

-- A list of income tables between its upload and its import. The content is
-- erased once it has been applied or given up.
CREATE TABLE income_table_import (
    id          uuid PRIMARY KEY,
    digest      bytea NOT NULL, -- SHA-256 of the file
    content     bytea, -- null: applied, or given up
    uploaded_by uuid REFERENCES account (id),
    uploaded_at timestamptz NOT NULL,
    applied_by  uuid REFERENCES account (id),
    applied_at  timestamptz, -- null: not applied
    good_only   boolean NOT NULL DEFAULT false,
    added       integer NOT NULL DEFAULT 0,
    changed     integer NOT NULL DEFAULT 0,
    unchanged   integer NOT NULL DEFAULT 0,
    refused     integer NOT NULL DEFAULT 0,
    CONSTRAINT income_table_import_content_until_applied CHECK (applied_at IS NULL OR content IS NULL)
);
CREATE INDEX income_table_import_digest_idx ON income_table_import (digest);
CREATE INDEX income_table_import_uploaded_idx ON income_table_import (uploaded_at);
REVOKE DELETE ON income_table_import FROM portal_app;
