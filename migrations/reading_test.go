package migrations_test

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// TestReadingRoleSeesNobody looks at what the role for reports may read: no
// column that is classed as personal or sensitive, and nothing that it could
// change (security.md 16.3).
func TestReadingRoleSeesNobody(t *testing.T) {
	t.Parallel()
	type right struct {
		Name string
		Kind string
	}
	rights, err := postgres.All[right](t.Context(), dbtest.New(t), `
		SELECT c.relname || '.' || a.attname AS name, p.kind
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p(kind)
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
		  AND has_column_privilege('portal_read', c.oid, a.attnum, p.kind)
		ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	if len(rights) == 0 {
		t.Fatal("the role reads nothing at all")
	}
	class := classified(t)
	for _, r := range rights {
		if of := class[r.Name]; r.Kind != "SELECT" || of == "personal" || of == "sensitive" {
			t.Errorf("portal_read has %s on %s, which is %s", r.Kind, r.Name, of)
		}
	}
}

// TestRolesOwnNothing looks at the two roles of the running portal: they can
// make nothing, own nothing, and pass by no rule of a row (security.md 16.3,
// 8.4).
func TestRolesOwnNothing(t *testing.T) {
	t.Parallel()
	found, err := postgres.Values[string](t.Context(), dbtest.New(t), `
		SELECT rolname || ' may pass by row-level security or make roles or databases' FROM pg_roles
		WHERE rolname IN ('portal_app', 'portal_read') AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
		UNION ALL
		SELECT pg_get_userbyid(relowner) || ' owns ' || relname FROM pg_class
		WHERE pg_get_userbyid(relowner) IN ('portal_app', 'portal_read')
		UNION ALL
		SELECT r || ' may make tables' FROM unnest(ARRAY['portal_app', 'portal_read']) r
		WHERE has_schema_privilege(r, 'public', 'CREATE')
		UNION ALL
		SELECT r || ' may ' || p || ' ' || c.relname FROM unnest(ARRAY['portal_app', 'portal_read']) r,
			unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p, pg_class c
		WHERE c.oid IN ('audit_entry'::regclass, 'audit_seal'::regclass) AND has_table_privilege(r, c.oid, p)
		UNION ALL
		SELECT r || ' may ' || p || ' ' || c.relname FROM unnest(ARRAY['portal_app', 'portal_read']) r,
			unnest(ARRAY['TRUNCATE', 'TRIGGER', 'REFERENCES']) p, pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND has_table_privilege(r, c.oid, p)
		UNION ALL
		SELECT r || ' is a member of the owner' FROM unnest(ARRAY['portal_app', 'portal_read']) r, pg_class c
		WHERE c.oid = 'client'::regclass AND pg_has_role(r, c.relowner, 'MEMBER')`)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 0 {
		t.Error(strings.Join(found, "\n"))
	}
}
