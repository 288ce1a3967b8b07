package desk_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
)

func (w *world) search(typed string) desk.Result {
	w.t.Helper()
	id, err := w.Search(w.t.Context(), w.me(), sub(), typed)
	if err != nil {
		w.t.Fatalf("search %q: %v", typed, err)
	}
	found, err := w.Result(w.t.Context(), w.me(), id)
	if err != nil {
		w.t.Fatalf("result of %q: %v", typed, err)
	}
	return found
}

func TestSearchFindsByEachWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	tests := []struct {
		name  string
		typed string
		want  []uuid.UUID
	}{
		{"whole username", w.username("staffa"), []uuid.UUID{w.staff}},
		{"in capital letters, with spaces around", "  " + strings.ToUpper(w.username("staffa")) + " ", []uuid.UUID{w.staff}},
		{"beginning of a username", "staffa-" + w.tag[:6], []uuid.UUID{w.staff}},
		{"whole e-mail", w.email("certa"), []uuid.UUID{w.certifier}},
		{"name of the site", "harbor " + w.tag, []uuid.UUID{w.certifier, w.staff}},
		{"beginning of the name of the site", "Harbor " + w.tag[:7], []uuid.UUID{w.certifier, w.staff}},
		{"NPI", w.npi, []uuid.UUID{w.certifier, w.staff}},
		{"a part of the NPI", w.npi[:9], nil},
		{"not the beginning", w.tag, nil},
		{"OFP", w.username("ofpa"), []uuid.UUID{w.office}},
		{"desk", w.username("second"), []uuid.UUID{w.other}},
		{"a client by the whole username", "Rosa.D-" + w.tag, []uuid.UUID{w.client}},
		{"a client by the whole e-mail", w.tag + "ROSA@mail.example", []uuid.UUID{w.client}},
		{"a client by the beginning of a username", "rosa.d-" + w.tag[:7], nil},
		{"a client by the blind index itself", account.ClientKeys(ring, "rosa.d-"+w.tag)[0], nil},
		{"a client by the beginning of the blind index", account.ClientKeys(ring, "rosa.d-"+w.tag)[0][:12], nil},
		{"a client by name", "Delgado", nil},
		{"everything, as a pattern", "%" + w.tag, nil},
		{"one letter, as a pattern", "staff_-" + w.tag, nil},
		{"a statement", "' OR true --", nil},
	}
	for _, tt := range tests {
		var got []uuid.UUID
		for _, h := range w.search(tt.typed).Hits {
			got = append(got, h.ID)
		}
		slices.SortFunc(got, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
		slices.SortFunc(tt.want, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s, %q: %v, want %v", tt.name, tt.typed, got, tt.want)
		}
	}
}

func TestSearchShowsTwentyAtMost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	for i := range 18 {
		w.person("many"+string(rune('a'+i)), account.Workforce, authz.Staff)
	}
	if found := w.search(w.npi); len(found.Hits) != 20 || found.More { // 18, the certifier and the staff person
		t.Errorf("%d hits, more = %v; want 20 and no more", len(found.Hits), found.More)
	}
	w.person("manyz", account.Workforce, authz.Staff)
	if found := w.search(w.npi); len(found.Hits) != 20 || !found.More {
		t.Errorf("%d hits, more = %v; want 20 and more", len(found.Hits), found.More)
	}
}

func TestSearchRefusesWhatIsNoSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	for typed, ok := range map[string]bool{
		"": false, "  ": false, "ab": false, " é ": false, "abc": true, strings.Repeat("é", 254): true, strings.Repeat("é", 255): false,
	} {
		_, err := w.Search(t.Context(), w.me(), sub(), typed)
		f, known := fault.Of(err)
		if (err == nil) != ok || !ok && (!known || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "search") {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

// A search is its maker's, for half an hour; what was typed is sealed.
func TestResultIsItsMakersForHalfAnHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	id, err := w.Search(t.Context(), w.me(), sub(), w.username("staffa"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Result(t.Context(), w.second(), id)
	w.want("somebody else's search", err, desk.ErrExpired)
	w.at(30*time.Minute - time.Second)
	found, err := w.Result(t.Context(), w.me(), id)
	if err != nil || found.Typed != w.username("staffa") || len(found.Hits) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	w.at(30 * time.Minute)
	_, err = w.Result(t.Context(), w.me(), id)
	w.want("after half an hour", err, desk.ErrExpired)
	w.tx(func(tx *postgres.Tx) error {
		n, err := desk.SweepTx(t.Context(), tx)
		if n < 1 {
			t.Errorf("%d searches forgotten", n)
		}
		return err
	})
	if n := w.count(`desk_search WHERE id = $1`, id); n != 0 {
		t.Error("the search is still there")
	}
}

// Whoever tries one address after the other learns little (security.md 8.7).
func TestSearchesAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	for i := range 61 {
		_, err := w.Search(t.Context(), w.me(), sub(), "nobody here")
		if want := error(ratelimit.ErrExceeded); i == 60 {
			w.want("the 61st", err, want)
		} else if err != nil {
			t.Fatalf("search %d: %v", i+1, err)
		}
	}
	if _, err := w.Search(t.Context(), w.second(), sub(), "nobody here"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// The e-mail is masked until two items of the list are ticked, and again when
// the call is over.
func TestAccountHidesTheAddressUntilTheCallerIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	show := func(who authz.Actor) desk.Case {
		t.Helper()
		c, err := w.Account(t.Context(), who, w.staff)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	masked := desk.Mask(w.email("staffa"))
	if c := show(w.me()); c.Email != masked || c.Check != nil {
		t.Errorf("%q before the check, want %q", c.Email, masked)
	}
	w.checked(w.me(), w.staff)
	if c := show(w.me()); c.Email != w.email("staffa") || c.Check == nil || !slices.Equal(c.Check.Items, []desk.Item{desk.SaidNPI, desk.SaidCertifier}) {
		t.Errorf("%q, %+v after the check", c.Email, c.Check)
	}
	if c := show(w.second()); c.Email != masked {
		t.Errorf("%q for somebody who has not checked the caller", c.Email)
	}
	w.at(desk.CheckLife - time.Second)
	if c := show(w.me()); c.Check == nil {
		t.Error("the check does not hold to its last second")
	}
	w.at(desk.CheckLife)
	if c := show(w.me()); c.Check != nil || c.Email != masked {
		t.Errorf("%q, %+v after fifteen minutes", c.Email, c.Check)
	}
}

func TestAccountShowsWhereSomebodyWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	c, err := w.Account(t.Context(), w.me(), w.staff)
	want := desk.Place{Role: authz.Staff, Name: "Harbor " + w.tag, City: "Fresno", NPI: w.npi, Phone: "(555) 555-0123", Certifier: "Tess CERTA"}
	if err != nil || len(c.Places) != 1 || c.Places[0] != want || c.Username != w.username("staffa") || c.Name != "Tess STAFFA" {
		t.Errorf("%+v, %v; want %+v", c, err, want)
	}
	own, err := w.Account(t.Context(), w.me(), w.rep)
	if err != nil || !own.Own || len(own.Offers(w.me())) != 0 {
		t.Errorf("own account: %+v, %v", own, err)
	}
	_, err = w.Account(t.Context(), w.me(), uuid.New())
	w.want("an account that is not there", err, fault.ErrNotFound)
}

// The desk sees nothing of a client (security.md 4.7; domain/portal.md 3.1).
func TestClientIsAStateAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.block(w.client)
	var c desk.Case
	for range 2 { // before the caller is checked, and after
		var err error
		c, err = w.Account(t.Context(), w.me(), w.client)
		if err != nil || c.Name != "" || c.Username != "" || c.Email != "" || len(c.Places) != 0 {
			t.Errorf("%+v, %v; want nothing but the state", c, err)
		}
		w.checked(w.me(), w.client)
	}
	if s := c.Standings(); len(s) != 1 || s[0].State != desk.Blocked {
		t.Errorf("standings %+v", s)
	}
	hit := w.search("rosa.d-" + w.tag).Hits[0]
	if hit.Name != "" || hit.Username != "" || hit.Role != "" || len(hit.Sites) != 0 || hit.Kind != account.Client {
		t.Errorf("hit %+v", hit)
	}
}

// The queries of the desk read tables of the workforce and their own, and no
// column that is sealed but what was typed into a search (security.md 4.7).
func TestQueriesNameNoTableOfClients(t *testing.T) {
	t.Parallel()
	may := []string{"account", "membership", "site", "password_failure", "desk_search", "desk_check", "desk_act"}
	from := regexp.MustCompile(`\b(?:FROM|JOIN|INTO|UPDATE) ([a-z_]+)`)
	sealed := regexp.MustCompile(`[a-z_]+_sealed`)
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) < 5 {
		t.Fatalf("%v, %v", names, err)
	}
	read := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range from.FindAllStringSubmatch(string(text), -1) {
			if read++; !slices.Contains(may, found[1]) {
				t.Errorf("%s reads %s", name, found[1])
			}
		}
		for _, column := range sealed.FindAllString(string(text), -1) {
			if column != "typed_sealed" {
				t.Errorf("%s names %s", name, column)
			}
		}
	}
	if read < 10 {
		t.Errorf("only %d tables were looked at", read)
	}
}

func TestNobodyElseGetsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.block(w.staff)
	ctx := t.Context()
	for _, role := range []authz.Role{authz.Nobody, authz.Client, authz.Staff, authz.Certifier, authz.OFP, authz.System} {
		who := authz.Actor{Role: role, Account: w.rep, Site: w.site}
		_, search := w.Search(ctx, who, sub(), "staffa")
		_, result := w.Result(ctx, who, uuid.New())
		_, show := w.Account(ctx, who, w.staff)
		_, check := w.CheckCaller(ctx, who, sub(), w.staff, []desk.Item{desk.SaidNPI, desk.CalledBack})
		_, unblock := w.Unblock(ctx, who, sub(), w.staff, desk.MistypedCodes)
		_, reset := w.SendReset(ctx, who, sub(), w.staff, desk.ForgotPassword)
		_, enable := w.Enable(ctx, who, sub(), w.staff, desk.WasAway)
		_, waiting := w.Waiting(ctx, who)
		_, request := w.Request(ctx, who, uuid.New())
		_, confirm := w.Confirm(ctx, who, sub(), uuid.New())
		_, refuse := w.Refuse(ctx, who, sub(), uuid.New())
		_, _, history := w.History(ctx, who, 1, 25)
		for name, err := range map[string]error{
			"search": search, "result": result, "account": show, "check": check, "unblock": unblock, "reset": reset, "enable": enable,
			"waiting": waiting, "request": request, "confirm": confirm, "refuse": refuse, "history": history,
		} {
			w.want(name+" as "+string(role), err, fault.ErrNotFound)
		}
	}
	if !w.state(w.staff).Blocked {
		t.Error("the account is no longer blocked")
	}
}

// Looking at an account is recorded with what is shown: nothing is shown without
// the entry, and nothing is recorded of an account that is not there (security.md
// 13.1).
func TestLookingIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t))
	if _, err := w.Account(t.Context(), w.me(), w.staff); err != nil || !w.recorded(w.staff, "desk.view", "", audit.OutcomeOK) {
		t.Errorf("looked at without an entry, %v", err)
	}
	gone := uuid.New()
	_, err := w.Account(t.Context(), w.me(), gone)
	w.want("an account that is not there", err, fault.ErrNotFound)
	if list := w.audited(gone); len(list) != 0 {
		t.Errorf("entries of an account that is not there: %+v", list)
	}
	if _, err := dbtest.Superuser(t, w.db).Exec(t.Context(), `REVOKE INSERT ON audit_entry FROM portal_app`); err != nil {
		t.Fatal(err)
	}
	if c, err := w.Account(t.Context(), w.me(), w.staff); err == nil {
		t.Errorf("shown although nothing can be recorded: %+v", c)
	}
}
