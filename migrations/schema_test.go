package migrations_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// classes are those of security.md 12.1; the last two need a seal.
var classes = []string{"public", "internal", "personal", "sensitive"}

// readable are the columns about a person that are kept readable on purpose: those
// of the workforce (decisions 39), passwords and recovery codes, of which only a
// slow hash is kept, and the network address that an audit entry must have.
var readable = strings.Fields(`
	account.username account.username_key account.first_name account.last_name account.email account.email_key
	account.language account.disabled_reason account.password_hash
	account_setup.first_name account_setup.last_name account_setup.username account_setup.password_hash registration.password_hash recovery_code.hash
	membership.first_name membership.last_name membership.email membership.email_key membership.credential
	office_invitation.first_name office_invitation.last_name office_invitation.email office_invitation.email_key approval.reason
	access_code.note code_selection.note message.email message.language site_import.content training_import.content
	audit_entry.address`)

// unreadable are the columns that are sealed or keyed digests under another
// name than the usual ones.
var unreadable = []string{"key_set.wrapped", "message.body", "rate_limit.key", "disavowal.address", "factor_reset.cancel_digest", "factor_reset.later_digest", "registration.code_digest"}

// column is a column of the schema.
type column struct{ Name, Type string }

func columns(t *testing.T) []column {
	t.Helper()
	list, err := postgres.All[column](t.Context(), dbtest.New(t), `
		SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
		FROM pg_attribute a
		JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
		  AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY c.relname, a.attnum`)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// classified reads classification.csv: the class of each column.
func classified(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("classification.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, l := range lines[1:] {
		name := l[0] + "." + l[1]
		if _, twice := out[name]; twice || !slices.Contains(classes, l[2]) {
			t.Errorf("classification.csv: %v is listed twice, or of no known class", l)
		}
		out[name] = l[2]
	}
	return out
}

func TestEveryColumnIsClassifiedAndPersonalOnesAreSealed(t *testing.T) {
	t.Parallel()
	class := classified(t)
	for _, c := range columns(t) {
		of, listed := class[c.Name]
		delete(class, c.Name)
		switch {
		case !listed:
			t.Errorf("%s is not in classification.csv", c.Name)
		case of != "personal" && of != "sensitive":
			if strings.HasSuffix(c.Name, "_sealed") {
				t.Errorf("%s is sealed and classed as %s", c.Name, of)
			}
		case slices.Contains(readable, c.Name):
		case c.Type != "bytea" || !sealedName(c.Name):
			t.Errorf("%s is %s and neither sealed nor a blind index (%s)", c.Name, of, c.Type)
		}
	}
	for name := range class {
		t.Errorf("classification.csv lists %s, which does not exist", name)
	}
}

func sealedName(name string) bool {
	return strings.HasSuffix(name, "_sealed") || strings.HasSuffix(name, ".digest") || slices.Contains(unreadable, name)
}

func TestReadableColumnsExist(t *testing.T) {
	t.Parallel()
	class := classified(t)
	for _, name := range slices.Concat(readable, unreadable) {
		if of := class[name]; of != "personal" && of != "sensitive" {
			t.Errorf("%s is an exception and classed as %q", name, of)
		}
	}
}

// A client's columns must not tell by being null what the client gave.
func TestWhatAClientGaveIsNeverNull(t *testing.T) {
	t.Parallel()
	open, err := postgres.Values[string](t.Context(), dbtest.New(t), `
		SELECT table_name || '.' || column_name
		FROM information_schema.columns
		WHERE table_schema = 'public' AND is_nullable = 'YES' AND column_name LIKE '%\_sealed'
		  AND table_name IN ('client', 'application', 'signature', 'disclosure', 'determination')
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	// Whether there is a HAP number is told by the dates of the enrollment, and
	// whether there is a paper by the mode of the application.
	if diff := cmp.Diff([]string{"application.paper_kept_sealed", "client.hap_number_sealed"}, open); diff != "" {
		t.Errorf("sealed columns that may be null (-want +got):\n%s", diff)
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	lines, err := postgres.Values[string](t.Context(), dbtest.New(t), `
		WITH object AS (
			SELECT relname::text AS name, relacl AS acl FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
			UNION ALL
			SELECT c.relname || '.' || a.attname, a.attacl FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
			WHERE c.relnamespace = 'public'::regnamespace AND a.attacl IS NOT NULL
		)
		SELECT o.name || ' ' || CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END || ': '
			|| string_agg(g.privilege_type, ' ' ORDER BY g.privilege_type)
		FROM object o, aclexplode(o.acl) g
		WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN ('portal_app', 'portal_read')
		GROUP BY o.name, g.grantee
		ORDER BY o.name COLLATE "C", g.grantee::regrole::text COLLATE "C"`)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/grants.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), lines); diff != "" {
		t.Errorf("grants differ from testdata/grants.txt (-want +got):\n%s", diff)
	}
}

// Row-level security and portal_now() rest on nobody but the owner deciding
// what the names of the tables mean.
func TestPortalMakesNoTables(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	owner := dbtest.Empty(t)
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	name := pgx.Identifier{conn.Config().Database}.Sanitize()
	if _, err := conn.Exec(ctx, `GRANT TEMPORARY ON DATABASE `+name+` TO PUBLIC, portal_app`); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(ctx, owner, false); err != nil {
		t.Fatal(err)
	}
	var temporary, tables bool
	err = conn.QueryRow(ctx, `
		SELECT has_database_privilege('portal_app', current_database(), 'TEMPORARY'),
		       has_schema_privilege('portal_app', 'public', 'CREATE')`).Scan(&temporary, &tables)
	if err != nil || temporary || tables {
		t.Errorf("portal_app makes temporary tables: %v, tables: %v (%v)", temporary, tables, err)
	}
}

func TestTemporaryClockIsRefused(t *testing.T) {
	t.Parallel()
	_, err := dbtest.New(t).Exec(t.Context(), `CREATE TEMPORARY TABLE clock (LIKE public.clock)`)
	if err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("the portal's role makes a clock of its own: %v", err)
	}
}
