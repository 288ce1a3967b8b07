DROP FUNCTION session_account(uuid, text[], text);
DROP TABLE kept_form;
DROP TABLE acceptance;
DROP TABLE contact_change;
DROP INDEX account_in_use_idx;
DROP TABLE sign_in;
ALTER TABLE session DROP COLUMN ended_for, DROP COLUMN agent;
