-- Whether the passcode of a sign-in goes to the confirmed number as a rule. It
-- counts only while there is a number and a gateway: else passcodes are mailed.
ALTER TABLE account ADD COLUMN passcode_by_text boolean NOT NULL DEFAULT false;
