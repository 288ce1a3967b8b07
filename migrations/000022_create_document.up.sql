-- A document of a client's record as it was given: the copy of the completed
-- form, the letter about a determination, and others of the kind. The words
-- themselves are sealed, with the language that they are in, so that a later
-- change of the catalogue or of a template changes nothing that was given. It
-- is made in the transaction of what it tells of, and is never changed. It is
-- kept as long as the determination (retention_years: 10 years, never under 3).
CREATE TABLE document (
    id              uuid PRIMARY KEY,
    client_id       uuid NOT NULL REFERENCES client (id),
    site_id         uuid NOT NULL REFERENCES site (id), -- where it was made
    application_id  uuid REFERENCES application (id), -- null: it follows from no application
    kind            text NOT NULL CONSTRAINT document_kind_known
                    CHECK (kind IN ('form', 'notice', 'ending', 'retro')),
    language_sealed bytea NOT NULL,
    content_sealed  bytea NOT NULL,
    made_at         timestamptz NOT NULL,
    made_by         uuid NOT NULL REFERENCES account (id),
    CONSTRAINT document_of_application CHECK (application_id IS NOT NULL OR kind NOT IN ('form', 'notice'))
);
CREATE UNIQUE INDEX document_application_key ON document (application_id, kind) WHERE kind IN ('form', 'notice');
CREATE INDEX document_client_idx ON document (client_id, made_at);
REVOKE UPDATE, DELETE ON document FROM portal_app;

-- As the determination that it tells of (security.md 8.4).
ALTER TABLE document ENABLE ROW LEVEL SECURITY;
CREATE POLICY document_visible ON document USING (
    (SELECT actor_role()) IN ('ofp', 'system')
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND site_id = (SELECT actor_site())
    OR EXISTS (SELECT FROM client c WHERE c.id = client_id)
);
