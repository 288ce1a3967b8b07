-- A course that people who work at a site have to take. Nobody has to before
-- its first day or after its last one. Names and tracks are what OFP has made
-- of them; how often it is due is dated, below.
CREATE TABLE training_course (
    id         uuid PRIMARY KEY,
    code       text NOT NULL CONSTRAINT training_course_code_key UNIQUE
               CONSTRAINT training_course_code_short CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(code) <= 40),
    name_en    text NOT NULL CONSTRAINT training_course_name_en_given CHECK (name_en <> ''),
    name_es    text NOT NULL CONSTRAINT training_course_name_es_given CHECK (name_es <> ''),
    tracks     text[] NOT NULL CONSTRAINT training_course_tracks_known
               CHECK (tracks <@ '{certifier,clinician,administrative}'::text[] AND cardinality(tracks) > 0),
    starts_on  date NOT NULL,
    ends_on    date, -- last day; null: goes on
    created_by uuid, -- null: with the program
    created_at timestamptz NOT NULL,
    CONSTRAINT training_course_ends_after_start CHECK (ends_on >= starts_on)
);
REVOKE DELETE ON training_course FROM portal_app;

-- How often a course is due, from a day on until the day of the next row. What
-- is null follows the program's setting (training_years_certifier,
-- training_years_staff, orientation_days).
CREATE TABLE training_cadence (
    course_id       uuid NOT NULL REFERENCES training_course (id),
    starts_on       date NOT NULL,
    certifier_years integer CONSTRAINT training_cadence_certifier_years_sane CHECK (certifier_years BETWEEN 1 AND 10),
    staff_years     integer CONSTRAINT training_cadence_staff_years_sane CHECK (staff_years BETWEEN 1 AND 10),
    first_days      integer CONSTRAINT training_cadence_first_days_sane CHECK (first_days BETWEEN 1 AND 365), -- for somebody new
    changed_by      uuid, -- null: with the program
    changed_at      timestamptz NOT NULL,
    PRIMARY KEY (course_id, starts_on)
);
REVOKE DELETE ON training_cadence FROM portal_app;

-- Which track somebody follows who certifies no site: without a row, the
-- administrative one.
CREATE TABLE training_track (
    account_id uuid PRIMARY KEY REFERENCES account (id),
    track      text NOT NULL CONSTRAINT training_track_known CHECK (track IN ('clinician', 'administrative')),
    changed_by uuid,
    changed_at timestamptz NOT NULL
);
REVOKE DELETE ON training_track FROM portal_app;

-- A list of completions that was uploaded, as site_import is one of sites.
CREATE TABLE training_import (
    id          uuid PRIMARY KEY,
    digest      bytea NOT NULL, -- SHA-256 of the file
    content     bytea, -- null: applied, or given up
    uploaded_by uuid REFERENCES account (id), -- null: on a terminal
    uploaded_at timestamptz NOT NULL,
    applied_by  uuid REFERENCES account (id),
    applied_at  timestamptz, -- null: not applied
    good_only   boolean NOT NULL DEFAULT false,
    added       integer NOT NULL DEFAULT 0,
    changed     integer NOT NULL DEFAULT 0,
    unchanged   integer NOT NULL DEFAULT 0,
    refused     integer NOT NULL DEFAULT 0,
    CONSTRAINT training_import_content_until_applied CHECK (applied_at IS NULL OR content IS NULL)
);
CREATE INDEX training_import_digest_idx ON training_import (digest);
CREATE INDEX training_import_uploaded_idx ON training_import (uploaded_at);
REVOKE DELETE ON training_import FROM portal_app;

-- Somebody has completed a course. Nobody records it for themselves. A wrong
-- entry is withdrawn with a reason, and the right one names it.
CREATE TABLE training_completion (
    id               uuid PRIMARY KEY,
    account_id       uuid NOT NULL REFERENCES account (id),
    course_id        uuid NOT NULL REFERENCES training_course (id),
    completed_on     date NOT NULL,
    source           text NOT NULL CONSTRAINT training_completion_source_known CHECK (source IN ('certifier', 'import')),
    import_id        uuid REFERENCES training_import (id), -- null: recorded by a certifier
    replaces_id      uuid CONSTRAINT training_completion_replaces_key UNIQUE REFERENCES training_completion (id), -- null: not a correction
    recorded_by      uuid REFERENCES account (id), -- null: on a terminal
    recorded_at      timestamptz NOT NULL,
    withdrawn_at     timestamptz, -- null: counts
    withdrawn_by     uuid REFERENCES account (id),
    withdrawn_reason text CONSTRAINT training_completion_reason_known
                     CHECK (withdrawn_reason IN ('wrong-date', 'wrong-course', 'wrong-person', 'not-completed')),
    CONSTRAINT training_completion_import_by_source CHECK ((import_id IS NOT NULL) = (source = 'import')),
    CONSTRAINT training_completion_not_own CHECK (source <> 'certifier' OR recorded_by IS DISTINCT FROM account_id),
    CONSTRAINT training_completion_withdrawn_reason CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
CREATE UNIQUE INDEX training_completion_once ON training_completion (account_id, course_id, completed_on)
    WHERE withdrawn_at IS NULL;
CREATE INDEX training_completion_account_idx ON training_completion (account_id, recorded_at);
REVOKE UPDATE, DELETE ON training_completion FROM portal_app;
GRANT UPDATE (withdrawn_at, withdrawn_by, withdrawn_reason) ON training_completion TO portal_app;

-- What decides about training of those who work at a site: the track, and the
-- day since which they follow it. It answers the same whoever asks, since the
-- membership at another site counts and its row is hidden from this one.
CREATE FUNCTION training_person(of_accounts uuid[]) RETURNS TABLE (account_id uuid, track text, since date)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, public AS $$
    SELECT m.account_id,
        CASE WHEN bool_or(m.role = 'certifier') THEN 'certifier' ELSE coalesce(min(t.track), 'administrative') END,
        (coalesce(min(m.created_at) FILTER (WHERE m.role = 'certifier'), min(m.joined_at))
            AT TIME ZONE 'America/Los_Angeles')::date
    FROM public.membership m
    LEFT JOIN public.training_track t ON t.account_id = m.account_id
    WHERE m.account_id = ANY (of_accounts) AND m.removed_at IS NULL AND m.role IN ('certifier', 'staff')
    GROUP BY m.account_id
$$;
REVOKE ALL ON FUNCTION training_person(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION training_person(uuid[]) TO portal_app;

-- Row-level security (security.md 8.4): with no actor named, nothing is seen.
ALTER TABLE training_completion ENABLE ROW LEVEL SECURITY;
CREATE POLICY training_completion_office ON training_completion
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));
CREATE POLICY training_completion_certifier ON training_completion
    USING ((SELECT actor_role()) = 'certifier' AND EXISTS (
        SELECT FROM membership m
        WHERE m.account_id = training_completion.account_id AND m.role = 'staff' AND m.site_id = (SELECT actor_site())))
    WITH CHECK ((SELECT actor_role()) = 'certifier' AND source = 'certifier' AND EXISTS (
        SELECT FROM membership m
        WHERE m.account_id = training_completion.account_id AND m.role = 'staff' AND m.site_id = (SELECT actor_site())));
CREATE POLICY training_completion_own ON training_completion FOR SELECT
    USING (account_id = (SELECT actor_account()));

ALTER TABLE training_track ENABLE ROW LEVEL SECURITY;
CREATE POLICY training_track_office ON training_track
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));
CREATE POLICY training_track_certifier ON training_track
    USING ((SELECT actor_role()) = 'certifier' AND EXISTS (
        SELECT FROM membership m
        WHERE m.account_id = training_track.account_id AND m.role = 'staff' AND m.site_id = (SELECT actor_site())))
    WITH CHECK ((SELECT actor_role()) = 'certifier' AND EXISTS (
        SELECT FROM membership m
        WHERE m.account_id = training_track.account_id AND m.role = 'staff' AND m.site_id = (SELECT actor_site())));
CREATE POLICY training_track_own ON training_track FOR SELECT
    USING (account_id = (SELECT actor_account()));

ALTER TABLE training_import ENABLE ROW LEVEL SECURITY;
CREATE POLICY training_import_office ON training_import
    USING ((SELECT actor_role()) IN ('system', 'ofp'))
    WITH CHECK ((SELECT actor_role()) IN ('system', 'ofp'));

-- The courses that the program has published (portal training from 13 December
-- 2024; Provider Orientation and the learning tracks of the Online Training
-- Center, the cadence as restated in July 2026).
INSERT INTO training_course (id, code, name_en, name_es, tracks, starts_on, created_at) VALUES
    ('01940000-0000-7000-8000-000000000001', 'provider-orientation', 'Provider Orientation', 'Orientación para proveedores', '{certifier}', '1997-01-01', now()),
    ('01940000-0000-7000-8000-000000000002', 'portal-certifier', 'Site Certifier Portal Training', 'Capacitación del portal para certificadores', '{certifier}', '2024-12-13', now()),
    ('01940000-0000-7000-8000-000000000003', 'portal-staff', 'Provider Staff Portal Training', 'Capacitación del portal para el personal', '{clinician,administrative}', '2024-12-13', now()),
    ('01940000-0000-7000-8000-000000000004', 'online-certifier', 'Online trainings: Site Certifier track', 'Capacitaciones en línea: certificadores', '{certifier}', '1997-01-01', now()),
    ('01940000-0000-7000-8000-000000000005', 'online-clinician', 'Online trainings: Clinician track', 'Capacitaciones en línea: personal clínico', '{clinician}', '1997-01-01', now()),
    ('01940000-0000-7000-8000-000000000006', 'online-administrative', 'Online trainings: Administrative track', 'Capacitaciones en línea: personal administrativo', '{administrative}', '1997-01-01', now());
-- Somebody new has 120 days for the Orientation (the setting) and 60 for the
-- other courses.
INSERT INTO training_cadence (course_id, starts_on, first_days, changed_at)
SELECT id, starts_on, CASE code WHEN 'provider-orientation' THEN NULL ELSE 60 END, now() FROM training_course;
