DROP INDEX audit_entry_at_idx;
DROP INDEX act_acted_idx;
DROP INDEX enrollment_end_idx;
DROP INDEX determination_decided_idx;
DROP TABLE counted_day;
DROP TABLE staff_day;
DROP TABLE site_day;
