DROP TABLE desk_act;
DROP TABLE desk_check;
DROP TABLE desk_search;
DROP INDEX site_name_prefix_idx;
DROP INDEX account_email_prefix_idx;
DROP INDEX account_username_prefix_idx;
ALTER TABLE account DROP COLUMN enabled_at;
