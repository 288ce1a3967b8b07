-- An inquiry whether somebody was eligible on a date of service, with the
-- answer that was given, kept for a short while so that nothing personal
-- stands in an address.
CREATE TABLE inquiry (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account (id),
    site_id       uuid NOT NULL REFERENCES site (id),
    asked_sealed  bytea NOT NULL, -- identifier and date of service
    answer_sealed bytea NOT NULL,
    asked_at      timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL
);
CREATE INDEX inquiry_expires_idx ON inquiry (expires_at);
REVOKE UPDATE ON inquiry FROM portal_app;

-- A list of inquiries that a site has uploaded. A job answers it part by part;
-- list and answers are deleted together when the batch expires.
CREATE TABLE inquiry_batch (
    id          uuid PRIMARY KEY,
    site_id     uuid NOT NULL REFERENCES site (id),
    account_id  uuid NOT NULL REFERENCES account (id),
    role        text NOT NULL CONSTRAINT inquiry_batch_role_known CHECK (role IN ('staff', 'certifier')),
    lines       integer NOT NULL CONSTRAINT inquiry_batch_lines_few CHECK (lines BETWEEN 1 AND 5000),
    faulty      integer NOT NULL CONSTRAINT inquiry_batch_faulty_counted CHECK (faulty BETWEEN 0 AND lines), -- cannot be answered as they stand
    answered    integer NOT NULL DEFAULT 0 CONSTRAINT inquiry_batch_answered_counted CHECK (answered BETWEEN 0 AND lines), -- gone through, the faulty ones among them
    asked_at    timestamptz NOT NULL,
    finished_at timestamptz, -- null: the job is at it
    expires_at  timestamptz NOT NULL,
    CONSTRAINT inquiry_batch_finished_whole CHECK (finished_at IS NULL OR answered = lines)
);
CREATE INDEX inquiry_batch_site_idx ON inquiry_batch (site_id, asked_at);
CREATE INDEX inquiry_batch_expires_idx ON inquiry_batch (expires_at);
REVOKE UPDATE ON inquiry_batch FROM portal_app;
GRANT UPDATE (answered, finished_at) ON inquiry_batch TO portal_app;

-- Some lines of a batch, which are answered in one transaction.
CREATE TABLE inquiry_part (
    id             uuid PRIMARY KEY,
    batch_id       uuid NOT NULL REFERENCES inquiry_batch (id) ON DELETE CASCADE,
    number         smallint NOT NULL CONSTRAINT inquiry_part_number_positive CHECK (number > 0),
    lines          smallint NOT NULL CONSTRAINT inquiry_part_lines_positive CHECK (lines > 0),
    asked_sealed   bytea NOT NULL, -- lines of the list
    answers_sealed bytea, -- null: not answered yet
    CONSTRAINT inquiry_part_number_key UNIQUE (batch_id, number)
);
REVOKE UPDATE ON inquiry_part FROM portal_app;
GRANT UPDATE (answers_sealed) ON inquiry_part TO portal_app;

-- An inquiry is for who asked, a batch for the site that asked.
ALTER TABLE inquiry ENABLE ROW LEVEL SECURITY;
ALTER TABLE inquiry_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE inquiry_part ENABLE ROW LEVEL SECURITY;

CREATE POLICY inquiry_own ON inquiry USING (
    (SELECT actor_role()) = 'system'
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND account_id = (SELECT actor_account()) AND site_id = (SELECT actor_site())
);
CREATE POLICY inquiry_batch_of_site ON inquiry_batch USING (
    (SELECT actor_role()) = 'system'
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND site_id = (SELECT actor_site())
);
CREATE POLICY inquiry_part_of_batch ON inquiry_part USING (
    EXISTS (SELECT FROM inquiry_batch b WHERE b.id = batch_id)
);

-- The periods of clients of all sites for the eligibility answer (a HAP number
-- is valid at every enrolled provider): by whole digests of an identifier, of
-- at most 1,000 people at once. It tells neither name nor site; the birth date
-- is for the caller to compare.
CREATE FUNCTION inquiry_periods(wanted text, digests bytea[])
RETURNS TABLE (digest bytea, client_id uuid, county_code text, birth_on_sealed bytea, enrollment_id uuid,
               starts_on date, ends_on date, discontinued_on date, discontinuation_sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT i.digest, c.id, c.county_code, c.birth_on_sealed, e.id,
           coalesce(e.starts_on, c.starts_on), coalesce(e.ends_on, c.ends_on),
           CASE WHEN e.id IS NULL THEN c.discontinued_on ELSE e.discontinued_on END, e.discontinuation_sealed
    FROM public.client_index i
    JOIN public.client c ON c.id = i.client_id
    LEFT JOIN public.enrollment e ON e.client_id = c.id
    WHERE public.actor_role() IN ('staff', 'certifier', 'system')
      AND wanted IN ('hap', 'ssn', 'bic') AND cardinality(digests) <= 1000
      AND i.kind = wanted AND i.digest = ANY (digests)
    ORDER BY i.digest, c.id, e.starts_on, e.created_at, e.id
    LIMIT 20000
$$;
REVOKE ALL ON FUNCTION inquiry_periods(text, bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION inquiry_periods(text, bytea[]) TO portal_app;
