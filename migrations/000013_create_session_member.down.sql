DROP FUNCTION session_sites(uuid);
DROP FUNCTION session_member(uuid, uuid);
