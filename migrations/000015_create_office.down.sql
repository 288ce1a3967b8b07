DROP TRIGGER membership_seals_account ON membership;
DROP FUNCTION seal_account();
DROP INDEX membership_account_idx;
DROP INDEX membership_one_sealed;
ALTER TABLE membership DROP COLUMN sealed;
DROP INDEX account_one_sealed;
ALTER TABLE account DROP COLUMN open_till, DROP COLUMN sealed, DROP COLUMN disabled_by;
DROP TABLE office_invitation;
DROP TABLE approval;
