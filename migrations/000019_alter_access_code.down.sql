DROP TABLE code_question;
DROP TABLE code_selection_member;
DROP TABLE code_selection;
DROP INDEX access_code_issued_idx;
DROP INDEX launch_mailing_one_by_calendar;
ALTER TABLE launch_mailing DROP COLUMN by_calendar;
