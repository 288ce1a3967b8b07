DELETE FROM message WHERE channel = 'text';
ALTER TABLE message
    DROP CONSTRAINT message_channel_known,
    DROP CONSTRAINT message_one_address,
    DROP CONSTRAINT message_body_gone,
    DROP COLUMN phone_sealed,
    ADD CONSTRAINT message_channel_known CHECK (channel IN ('email', 'portal')),
    ADD CONSTRAINT message_one_address CHECK (num_nonnulls(email, email_sealed) = CASE channel WHEN 'email' THEN 1 ELSE 0 END),
    ADD CONSTRAINT message_body_gone CHECK (channel <> 'email' OR state = 'queued' OR body IS NULL);
ALTER TABLE account DROP COLUMN phone_sealed;
ALTER TABLE passcode_challenge DROP COLUMN phone_sealed, DROP COLUMN purpose;
DELETE FROM recovery_code WHERE digest IS NULL;
ALTER TABLE recovery_code DROP COLUMN hash, DROP COLUMN selector, ALTER COLUMN digest SET NOT NULL;
DROP TABLE factor_reset;
DROP TABLE disavowal;
DROP TABLE recovery_request;
