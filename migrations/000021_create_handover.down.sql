ALTER TABLE session
    DROP CONSTRAINT session_handover_whole,
    DROP COLUMN handover_tries,
    DROP COLUMN handover_seen_at,
    DROP COLUMN handover_application_id;
DROP TABLE handover;
