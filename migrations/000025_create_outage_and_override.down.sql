REVOKE UPDATE (starts_on, ends_on) ON enrollment FROM portal_app;
DROP TABLE override_request;
DELETE FROM application WHERE mode = 'paper' AND state IN ('draft', 'signed');
ALTER TABLE application
    DROP CONSTRAINT application_paper_whole,
    DROP COLUMN paper_kept_sealed,
    DROP COLUMN paper_on,
    DROP COLUMN outage_id,
    DROP CONSTRAINT application_mode_known;
UPDATE application SET mode = 'in_person' WHERE mode = 'paper';
ALTER TABLE application
    ADD CONSTRAINT application_mode_known CHECK (mode IN ('in_person', 'video', 'telephone', 'online'));
DROP TABLE outage;
