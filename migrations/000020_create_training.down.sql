DROP FUNCTION training_person(uuid[]);
DROP TABLE training_completion;
DROP TABLE training_import;
DROP TABLE training_track;
DROP TABLE training_cadence;
DROP TABLE training_course;
