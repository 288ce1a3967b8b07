DROP INDEX client_end_idx;
DROP TABLE inbox_item;
