-- What happened at each site on each day, counted by a job so that no report
-- looks through clients. A site without a row had nothing that day.
--
-- How often there was an act or the end of a period can be counted in the rows
-- beside, whose dates are clear, and is clear. With which code enrollments
-- ended is sealed there, and is sealed here too: most sites end one enrollment
-- on a day, and a clear count would tell the code of the client whose end has
-- that date. The sealed text is of one length and stands in every row.
CREATE TABLE site_day (
    id           uuid PRIMARY KEY,
    site_id      uuid NOT NULL REFERENCES site (id),
    day          date NOT NULL,
    enrolled     integer NOT NULL CONSTRAINT site_day_enrolled_counted CHECK (enrolled >= 0), -- certified for the first time, or with a new form
    renewed      integer NOT NULL CONSTRAINT site_day_renewed_counted CHECK (renewed >= 0), -- last days of periods that were recertified by then
    lapsed       integer NOT NULL CONSTRAINT site_day_lapsed_counted CHECK (lapsed >= 0), -- last days of periods that were not
    reaffirmed   integer NOT NULL CONSTRAINT site_day_reaffirmed_counted CHECK (reaffirmed >= 0),
    ended_sealed bytea NOT NULL, -- enrollments that were ended that day, by code
    CONSTRAINT site_day_key UNIQUE (site_id, day)
);
CREATE INDEX site_day_day_idx ON site_day (day);
REVOKE UPDATE ON site_day FROM portal_app;

-- Who of a site's people used the portal on a day, whatever they did.
CREATE TABLE staff_day (
    site_id    uuid NOT NULL REFERENCES site (id),
    day        date NOT NULL,
    account_id uuid NOT NULL REFERENCES account (id),
    PRIMARY KEY (site_id, day, account_id)
);
CREATE INDEX staff_day_day_idx ON staff_day (day);
REVOKE UPDATE ON staff_day FROM portal_app;

-- Which days are counted, and since when: a day is counted anew after that for
-- what was changed late, until its month is closed.
CREATE TABLE counted_day (
    day        date PRIMARY KEY,
    counted_at timestamptz NOT NULL
);
REVOKE DELETE ON counted_day FROM portal_app;

ALTER TABLE site_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff_day ENABLE ROW LEVEL SECURITY;

CREATE POLICY site_day_counted ON site_day USING ((SELECT actor_role()) = 'system');
CREATE POLICY site_day_of_site ON site_day FOR SELECT USING (
    (SELECT actor_role()) = 'ofp'
    OR (SELECT actor_role()) IN ('staff', 'certifier') AND site_id = (SELECT actor_site())
);
CREATE POLICY staff_day_counted ON staff_day USING ((SELECT actor_role()) = 'system');
CREATE POLICY staff_day_of_site ON staff_day FOR SELECT USING (
    (SELECT actor_role()) = 'certifier' AND site_id = (SELECT actor_site())
);

-- What the job counts, by day. Entries of the trail come in the order of time,
-- which a small index is enough for.
CREATE INDEX determination_decided_idx ON determination (decided_on);
CREATE INDEX enrollment_end_idx ON enrollment (ends_on);
CREATE INDEX act_acted_idx ON act (acted_on);
CREATE INDEX audit_entry_at_idx ON audit_entry USING brin (at);
