ALTER TABLE case_note
    DROP CONSTRAINT case_note_values_of_key,
    DROP COLUMN values_sealed;

ALTER TABLE determination
    DROP CONSTRAINT determination_action_known,
    ADD CONSTRAINT determination_action_known CHECK (action IN ('new', 'recertify'));

DROP INDEX application_one_change;
ALTER TABLE application
    DROP CONSTRAINT application_change_based,
    DROP COLUMN sections,
    DROP COLUMN based_on,
    DROP CONSTRAINT application_action_known,
    ADD CONSTRAINT application_action_known CHECK (action IN ('new', 'recertify'));

DROP TABLE act;
