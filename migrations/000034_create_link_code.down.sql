DROP TABLE link_code;
