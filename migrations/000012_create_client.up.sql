-- An income table says up to which income a family of each size qualifies, and
-- from when. Only published ones decide; a withdrawn one was published too
-- early and counts no more.
CREATE TABLE income_table (
    id                      uuid PRIMARY KEY,
    effective_from          date NOT NULL,
    effective_to            date, -- last day; null: until the next one
    status                  text NOT NULL CONSTRAINT income_table_status_known
                            CHECK (status IN ('draft', 'published', 'withdrawn')),
    source                  text NOT NULL CONSTRAINT income_table_source_known
                            CHECK (source IN ('published', 'derived')), -- derived: computed, none was published
    increment_monthly_cents bigint NOT NULL, -- for each person above eight
    increment_annual_cents  bigint NOT NULL,
    loaded_at               timestamptz NOT NULL,
    published_at            timestamptz, -- null: draft
    CONSTRAINT income_table_span CHECK (effective_to IS NULL OR effective_to >= effective_from),
    CONSTRAINT income_table_published_when CHECK ((status = 'draft') = (published_at IS NULL)),
    CONSTRAINT income_table_rises CHECK (increment_monthly_cents > 0 AND increment_annual_cents > 0)
);
CREATE UNIQUE INDEX income_table_one_published ON income_table (effective_from) WHERE status = 'published';
REVOKE UPDATE, DELETE ON income_table FROM portal_app;

CREATE TABLE income_limit (
    income_table_id uuid NOT NULL REFERENCES income_table (id) ON DELETE CASCADE,
    family_size     smallint NOT NULL CONSTRAINT income_limit_size_listed CHECK (family_size BETWEEN 1 AND 8),
    monthly_cents   bigint NOT NULL CONSTRAINT income_limit_monthly_positive CHECK (monthly_cents > 0),
    annual_cents    bigint NOT NULL CONSTRAINT income_limit_annual_positive CHECK (annual_cents > 0),
    PRIMARY KEY (income_table_id, family_size)
);
REVOKE UPDATE, DELETE ON income_limit FROM portal_app;

-- Numbers are for life and never given out twice. HAP numbers below 95000000
-- are of the old system.
CREATE SEQUENCE hap_number START 95000000 MINVALUE 95000000 MAXVALUE 99999999;
CREATE SEQUENCE application_number START 1000001;

-- Somebody who gets services or has asked for them. What could name, reach or
-- describe the person is sealed (decisions 39), and what was not given is a
-- sealed blank of the same length, so that a column does not tell by itself;
-- the dates are those of the latest enrollment, kept here so that lists and
-- counts read one table.
CREATE TABLE client (
    id                uuid PRIMARY KEY,
    site_id           uuid NOT NULL REFERENCES site (id), -- where last determined
    account_id        uuid REFERENCES account (id), -- the client's own account; null: none
    county_code       text NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    starts_on         date, -- null, like the next: never eligible
    ends_on           date,
    discontinued_on   date, -- first day without; null: not ended before its time
    legacy            boolean NOT NULL DEFAULT false, -- the number comes from the old system
    name_sealed       bytea NOT NULL, -- parts of the name
    birth_on_sealed   bytea NOT NULL,
    zip_sealed        bytea NOT NULL,
    address_sealed    bytea NOT NULL,
    ssn_sealed        bytea NOT NULL,
    bic_sealed        bytea NOT NULL, -- number of a Medi-Cal card
    hap_number_sealed bytea, -- null: never eligible
    hap_issued_on     date, -- null: no number, or one of the old system
    contact_sealed    bytea NOT NULL, -- ways that are safe, with phone and e-mail
    CONSTRAINT client_dates CHECK ((starts_on IS NULL) = (ends_on IS NULL) AND (discontinued_on IS NULL OR starts_on IS NOT NULL)),
    CONSTRAINT client_number_with_dates CHECK (starts_on IS NULL OR hap_number_sealed IS NOT NULL)
);
CREATE INDEX client_site_end_idx ON client (site_id, ends_on, id);
CREATE UNIQUE INDEX client_account_key ON client (account_id) WHERE account_id IS NOT NULL;
REVOKE DELETE ON client FROM portal_app;

-- Blind indexes for exact search: a person has several for the name, since it
-- is written in several ways. 16 bytes of a keyed digest each. For a number, a
-- phone or an e-mail that was not given there is one that nothing matches.
CREATE TABLE client_index (
    client_id uuid NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    kind      text NOT NULL CONSTRAINT client_index_kind_known
              CHECK (kind IN ('name-birth', 'ssn', 'hap', 'bic', 'phone', 'email')),
    digest    bytea NOT NULL CONSTRAINT client_index_digest_length CHECK (octet_length(digest) = 16),
    PRIMARY KEY (client_id, kind, digest)
);
CREATE INDEX client_index_digest_idx ON client_index (kind, digest);
CREATE UNIQUE INDEX client_index_hap_key ON client_index (digest) WHERE kind = 'hap';
REVOKE UPDATE ON client_index FROM portal_app;

-- The record of another site, opened for a purpose. It stays open to the site
-- for the day (decisions 27).
CREATE TABLE client_opening (
    id          uuid PRIMARY KEY,
    client_id   uuid NOT NULL REFERENCES client (id),
    site_id     uuid REFERENCES site (id), -- null: OFP
    account_id  uuid NOT NULL REFERENCES account (id),
    purpose     text NOT NULL CONSTRAINT client_opening_purpose_known
                CHECK (purpose IN ('visit', 'call', 'correction', 'enrollment', 'other')),
    note_sealed bytea, -- null: the purpose says it all
    opened_on   date NOT NULL,
    opened_at   timestamptz NOT NULL
);
CREATE INDEX client_opening_day_idx ON client_opening (site_id, opened_on, client_id);
CREATE INDEX client_opening_client_idx ON client_opening (client_id, opened_at);
REVOKE UPDATE, DELETE ON client_opening FROM portal_app;

-- What a search found, kept for a few minutes so that nothing personal stands
-- in an address.
CREATE TABLE search_result (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account (id),
    site_id      uuid REFERENCES site (id),
    query_sealed bytea NOT NULL, -- what was typed
    client_ids   uuid[] NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX search_result_expires_idx ON search_result (expires_at);
REVOKE UPDATE ON search_result FROM portal_app;

-- A Client Eligibility Certification from its first answer to its result. The
-- version rises with each saving of answers and tells two people apart who
-- write at the same time.
CREATE TABLE application (
    id             uuid PRIMARY KEY,
    number         text NOT NULL CONSTRAINT application_number_key UNIQUE,
    site_id        uuid REFERENCES site (id), -- null: sent online, no site has taken it
    account_id     uuid REFERENCES account (id), -- the client's own account; null: taken by staff
    client_id      uuid REFERENCES client (id), -- null: not matched yet
    action         text NOT NULL CONSTRAINT application_action_known CHECK (action IN ('new', 'recertify')),
    mode           text NOT NULL CONSTRAINT application_mode_known
                   CHECK (mode IN ('in_person', 'video', 'telephone', 'online')),
    help_sealed    bytea NOT NULL, -- why staff filled in; a sealed blank: the client did, or not in person
    state          text NOT NULL CONSTRAINT application_state_known
                   CHECK (state IN ('draft', 'submitted', 'signed', 'certified', 'ineligible', 'withdrawn')),
    answers_sealed bytea NOT NULL,
    version        integer NOT NULL CONSTRAINT application_version_positive CHECK (version > 0),
    distinct_from  uuid[] NOT NULL DEFAULT '{}', -- clients found before it began and said to be somebody else
    started_by     uuid REFERENCES account (id),
    started_at     timestamptz NOT NULL,
    saved_at       timestamptz NOT NULL,
    decided_at     timestamptz, -- null: no determination
    CONSTRAINT application_recertify_client CHECK (action = 'new' OR client_id IS NOT NULL),
    CONSTRAINT application_decided CHECK ((state IN ('certified', 'ineligible')) = (decided_at IS NOT NULL))
);
CREATE INDEX application_site_idx ON application (site_id, state, saved_at);
CREATE INDEX application_client_idx ON application (client_id, started_at) WHERE client_id IS NOT NULL;
CREATE INDEX application_draft_idx ON application (saved_at) WHERE state IN ('draft', 'signed');
CREATE INDEX application_account_idx ON application (account_id) WHERE account_id IS NOT NULL;

-- The client's signature. It holds for the answers of its version: answers
-- saved later end it.
CREATE TABLE signature (
    id              uuid PRIMARY KEY,
    application_id  uuid NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    kind            text NOT NULL CONSTRAINT signature_kind_known CHECK (kind IN ('electronic', 'paper', 'oral')),
    version         integer NOT NULL, -- of the answers that were signed
    statement       text NOT NULL, -- key of the statement in the catalogue
    language_sealed bytea NOT NULL, -- in which it was read
    details_sealed  bytea NOT NULL, -- name, witness, interpreter, where paper or recording is kept
    recorded_by     uuid REFERENCES account (id), -- null: the client alone
    signed_at       timestamptz NOT NULL,
    ended_at        timestamptz -- null: holds
);
CREATE UNIQUE INDEX signature_one_live ON signature (application_id) WHERE ended_at IS NULL;
REVOKE UPDATE, DELETE ON signature FROM portal_app;
GRANT UPDATE (ended_at) ON signature TO portal_app;

-- What the client was told and offered, D01 to D14.
CREATE TABLE disclosure (
    application_id uuid NOT NULL REFERENCES application (id) ON DELETE CASCADE,
    code           text NOT NULL CONSTRAINT disclosure_code_known CHECK (code ~ '^D(0[1-9]|1[0-4])$'),
    answer_sealed  bytea NOT NULL, -- given, received, declined, yes or no
    account_id     uuid REFERENCES account (id),
    given_at       timestamptz NOT NULL,
    PRIMARY KEY (application_id, code)
);
REVOKE DELETE ON disclosure FROM portal_app;

-- What was decided about an application, with the facts and figures of that
-- day. The reasons describe a person and are sealed with the decision.
CREATE TABLE determination (
    id              uuid PRIMARY KEY,
    application_id  uuid NOT NULL CONSTRAINT determination_application_key UNIQUE REFERENCES application (id),
    client_id       uuid NOT NULL REFERENCES client (id),
    site_id         uuid NOT NULL REFERENCES site (id),
    account_id      uuid NOT NULL REFERENCES account (id), -- the certifier or designee
    action          text NOT NULL CONSTRAINT determination_action_known CHECK (action IN ('new', 'recertify')),
    outcome         text NOT NULL CONSTRAINT determination_outcome_known CHECK (outcome IN ('eligible', 'ineligible')),
    facts_sealed    bytea NOT NULL,
    decision_sealed bytea NOT NULL, -- reasons and figures
    table_from      date NOT NULL, -- effective date of the income table
    rule_version    text NOT NULL,
    statement       text NOT NULL, -- key of what the certifier declared
    decided_on      date NOT NULL,
    decided_at      timestamptz NOT NULL
);
CREATE INDEX determination_client_idx ON determination (client_id, decided_at);
REVOKE UPDATE, DELETE ON determination FROM portal_app;

-- A certified period: 365 days, both its days counted (decisions 19). The
-- latest one of a client is the one that no other has followed.
CREATE TABLE enrollment (
    id                     uuid PRIMARY KEY,
    client_id              uuid NOT NULL REFERENCES client (id),
    site_id                uuid NOT NULL REFERENCES site (id),
    determination_id       uuid NOT NULL CONSTRAINT enrollment_determination_key UNIQUE REFERENCES determination (id),
    starts_on              date NOT NULL,
    ends_on                date NOT NULL,
    created_at             timestamptz NOT NULL,
    followed_on            date, -- start of the next one; null: this is the latest
    discontinued_on        date, -- first day without; null: not ended before its time
    discontinuation_sealed bytea, -- code and note
    CONSTRAINT enrollment_365_days CHECK (ends_on = starts_on + 364),
    CONSTRAINT enrollment_discontinued_whole CHECK ((discontinued_on IS NULL) = (discontinuation_sealed IS NULL))
);
CREATE UNIQUE INDEX enrollment_one_latest ON enrollment (client_id) WHERE followed_on IS NULL;
CREATE INDEX enrollment_client_idx ON enrollment (client_id, starts_on);
REVOKE UPDATE, DELETE ON enrollment FROM portal_app;
GRANT UPDATE (followed_on, discontinued_on, discontinuation_sealed) ON enrollment TO portal_app;

-- Notes on a client's record. They are added and never changed; a correction is
-- a new note that points to the old one.
CREATE TABLE case_note (
    id          uuid PRIMARY KEY,
    client_id   uuid NOT NULL REFERENCES client (id),
    site_id     uuid REFERENCES site (id), -- null: OFP, or the program itself
    account_id  uuid REFERENCES account (id), -- null: the program itself
    role        text NOT NULL,
    key         text, -- of a note made by the program; null: written by a person
    text_sealed bytea, -- null: made by the program
    corrects_id uuid REFERENCES case_note (id),
    created_at  timestamptz NOT NULL,
    CONSTRAINT case_note_key_or_text CHECK ((key IS NULL) <> (text_sealed IS NULL))
);
CREATE INDEX case_note_client_idx ON case_note (client_id, created_at);
REVOKE UPDATE, DELETE ON case_note FROM portal_app;

-- Row-level security (security.md 8.4): a site sees its own rows and records
-- that it opened with a purpose that day, a client the own record, OFP and the
-- program all. Everybody else sees nothing.
ALTER TABLE client ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_opening ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_result ENABLE ROW LEVEL SECURITY;
ALTER TABLE application ENABLE ROW LEVEL SECURITY;
ALTER TABLE signature ENABLE ROW LEVEL SECURITY;
ALTER TABLE disclosure ENABLE ROW LEVEL SECURITY;
ALTER TABLE determination ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrollment ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_note ENABLE ROW LEVEL SECURITY;

CREATE POLICY client_opening_visible ON client_opening USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND site_id = (SELECT actor_site())
);

CREATE POLICY client_visible ON client USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND (
        site_id = (SELECT actor_site())
        OR id IN (
            SELECT o.client_id FROM client_opening o
            WHERE o.site_id = (SELECT actor_site())
              AND o.opened_on = (SELECT (portal_now() AT TIME ZONE 'America/Los_Angeles')::date)
        )
    )
    OR (SELECT actor_role()) = 'client' AND account_id = (SELECT actor_account())
);

CREATE POLICY client_index_visible ON client_index USING (
    EXISTS (SELECT FROM client c WHERE c.id = client_id)
);

CREATE POLICY search_result_own ON search_result USING (
    (SELECT actor_role()) = 'system'
    OR (SELECT actor_role()) IN ('staff', 'certifier', 'ofp') AND account_id = (SELECT actor_account())
);

CREATE POLICY application_visible ON application USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND (
        site_id = (SELECT actor_site())
        OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
    )
    OR (SELECT actor_role()) = 'client' AND account_id = (SELECT actor_account())
);

CREATE POLICY signature_visible ON signature USING (
    EXISTS (SELECT FROM application a WHERE a.id = application_id)
);
CREATE POLICY disclosure_visible ON disclosure USING (
    EXISTS (SELECT FROM application a WHERE a.id = application_id)
);

CREATE POLICY determination_visible ON determination USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND site_id = (SELECT actor_site())
    OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
);
CREATE POLICY enrollment_visible ON enrollment USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
);

-- Notes are not for the client.
CREATE POLICY case_note_visible ON case_note USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND EXISTS (SELECT FROM client c WHERE c.id = client_id)
);

-- The exact search across sites (security.md 8.7): nobody is found who is not
-- named by a whole digest, and never more than 11, one more than is shown.
CREATE FUNCTION client_by_index(wanted text, digests bytea[])
RETURNS TABLE (id uuid, site_id uuid, starts_on date, ends_on date, discontinued_on date,
               name_sealed bytea, birth_on_sealed bytea, zip_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.site_id, c.starts_on, c.ends_on, c.discontinued_on, c.name_sealed, c.birth_on_sealed, c.zip_sealed
    FROM public.client c
    WHERE public.actor_role() IN ('staff', 'certifier', 'ofp', 'system')
      AND c.id IN (SELECT i.client_id FROM public.client_index i WHERE i.kind = wanted AND i.digest = ANY (digests))
    ORDER BY c.id
    LIMIT 11
$$;

-- The client of an application, by its whole number. The caller compares the
-- birth date before showing anything.
CREATE FUNCTION client_by_application(wanted text)
RETURNS TABLE (id uuid, site_id uuid, starts_on date, ends_on date, discontinued_on date,
               name_sealed bytea, birth_on_sealed bytea, zip_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.site_id, c.starts_on, c.ends_on, c.discontinued_on, c.name_sealed, c.birth_on_sealed, c.zip_sealed
    FROM public.client c
    JOIN public.application a ON a.client_id = c.id
    WHERE public.actor_role() IN ('staff', 'certifier', 'ofp', 'system') AND a.number = wanted
    LIMIT 1
$$;

-- What a search of the same account has found.
CREATE FUNCTION client_by_result(wanted uuid)
RETURNS TABLE (id uuid, site_id uuid, starts_on date, ends_on date, discontinued_on date,
               name_sealed bytea, birth_on_sealed bytea, zip_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.site_id, c.starts_on, c.ends_on, c.discontinued_on, c.name_sealed, c.birth_on_sealed, c.zip_sealed
    FROM public.search_result r
    JOIN public.client c ON c.id = ANY (r.client_ids)
    WHERE r.id = wanted AND r.account_id = public.actor_account() AND public.actor_role() IN ('staff', 'certifier', 'ofp')
    LIMIT 11
$$;

-- The dates of a matched client, of whatever site, for deciding.
CREATE FUNCTION client_period(wanted uuid)
RETURNS TABLE (starts_on date, ends_on date, discontinued_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.starts_on, c.ends_on, c.discontinued_on
    FROM public.client c
    WHERE c.id = wanted AND public.actor_role() IN ('staff', 'certifier', 'ofp', 'system')
$$;

REVOKE ALL ON FUNCTION client_by_index(text, bytea[]), client_by_application(text), client_by_result(uuid),
    client_period(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION client_by_index(text, bytea[]), client_by_application(text), client_by_result(uuid),
    client_period(uuid) TO portal_app;
