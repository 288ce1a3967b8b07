DROP TABLE session, password_reset, passcode_challenge, recovery_code, authenticator, password_failure, device, account;
