-- Somebody on the way to a client's account, a step at a time. It is bound to
-- the browser's session. What was typed is emptied when the account exists, and
-- the row is deleted an hour after it was begun: nothing stays of one that was
-- given up.
CREATE TABLE registration (
    id             uuid PRIMARY KEY,
    session        text NOT NULL CONSTRAINT registration_session_key UNIQUE, -- what binds it to the browser
    started_at     timestamptz NOT NULL,
    answers_sealed bytea, -- everything that was typed; null: the account exists
    password_hash  text, -- null: not chosen, or the account exists
    ask_id         uuid, -- the newest asking for a code by mail; null: none
    asked_at       timestamptz,
    asks           smallint NOT NULL DEFAULT 0, -- mails asked for so far
    code_digest    bytea, -- of the mailed code; null: its job has not run
    tries          smallint NOT NULL DEFAULT 0, -- at the newest code
    proved_at      timestamptz, -- mailbox or app shown to be at hand; null: not yet
    account_id     uuid REFERENCES account (id), -- null: not finished
    finished_at    timestamptz,
    CONSTRAINT registration_finished_account CHECK ((finished_at IS NULL) = (account_id IS NULL)),
    CONSTRAINT registration_nothing_left CHECK (finished_at IS NULL OR (answers_sealed IS NULL AND password_hash IS NULL AND code_digest IS NULL)),
    CONSTRAINT registration_asked CHECK ((ask_id IS NULL) = (asked_at IS NULL))
);
CREATE INDEX registration_started_idx ON registration (started_at);
CREATE INDEX registration_account_idx ON registration (account_id) WHERE account_id IS NOT NULL;

ALTER TABLE registration ENABLE ROW LEVEL SECURITY;
CREATE POLICY registration_system ON registration
    USING ((SELECT actor_role()) = 'system')
    WITH CHECK ((SELECT actor_role()) = 'system');
