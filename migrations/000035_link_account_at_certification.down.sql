DROP FUNCTION client_link_account(uuid, uuid);
