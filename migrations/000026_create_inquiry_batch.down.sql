DROP FUNCTION inquiry_periods(text, bytea[]);
DROP TABLE inquiry_part;
DROP TABLE inquiry_batch;
DROP TABLE inquiry;
