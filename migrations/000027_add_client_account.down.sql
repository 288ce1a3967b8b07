DROP FUNCTION client_looks();
ALTER TABLE account
    DROP CONSTRAINT account_own_facts_of_client,
    DROP COLUMN ways_sealed,
    DROP COLUMN birth_on_sealed;
