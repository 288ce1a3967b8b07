ALTER TABLE account DROP COLUMN passcode_by_text;
