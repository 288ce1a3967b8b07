package training_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

func TestCertifierRecordsForSeveralAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	ana, anaID := w.hire(w.site, authz.Staff, "Ana")
	ben, benID := w.hire(w.site, authz.Staff, "Ben")
	if s := w.state(certifier, ana.Account); s.Kind != training.Never || s.Courses != 2 {
		t.Errorf("at first: %+v, want two courses never done", s)
	}
	for _, code := range []string{"portal-staff", "online-administrative"} {
		for range 2 { // the same entry again stays the only one
			if err := w.records(certifier, code, "2025-01-10", anaID, benID); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, who := range []authz.Actor{ana, ben} {
		for _, asks := range []authz.Actor{certifier, who, authz.SystemActor} {
			if s := w.state(asks, who.Account); s != (training.State{Kind: training.Done, DueOn: civil.MustParse("2030-01-10"), Courses: 2}) {
				t.Errorf("%s sees %+v", asks.Role, s)
			}
		}
	}
	f, err := w.Find(t.Context(), certifier, anaID)
	if err != nil || len(f.Completions) != 2 || f.Completions[0].Source != training.ByCertifier || f.Completions[0].RecordedName != "Cora Person" {
		t.Errorf("file = %+v, %v", f, err)
	}
	entries, err := audit.About(t.Context(), w.db, "training-completion:"+f.Completions[0].ID.String())
	if err != nil || len(entries) != 1 || entries[0].Action != "training.record" {
		t.Errorf("audit = %+v, %v", entries, err)
	}
}

func TestWhatCannotBeRecorded(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, ownID := w.hire(w.site, authz.Certifier, "Cora")
	staff, staffID := w.hire(w.site, authz.Staff, "Ana")
	_, farID := w.hire(w.other, authz.Staff, "Far")
	tests := []struct {
		name  string
		actor authz.Actor
		code  string
		on    string
		who   []uuid.UUID
		want  *fault.Fault
	}{
		{"nobody", certifier, "portal-staff", "2025-01-10", nil, training.ErrNobody},
		{"tomorrow", certifier, "portal-staff", "2025-01-14", []uuid.UUID{staffID}, training.ErrFuture},
		{"before the course", certifier, "portal-staff", "2024-12-12", []uuid.UUID{staffID}, training.ErrBefore},
		{"one's own", certifier, "provider-orientation", "2025-01-10", []uuid.UUID{ownID}, fault.ErrNotFound},
		{"at another site", certifier, "portal-staff", "2025-01-10", []uuid.UUID{staffID, farID}, fault.ErrNotFound},
		{"by staff", staff, "portal-staff", "2025-01-10", []uuid.UUID{staffID}, fault.ErrNotFound},
		{"by OFP", w.office, "portal-staff", "2025-01-10", []uuid.UUID{staffID}, fault.ErrNotFound},
	}
	for _, tt := range tests {
		if err := w.records(tt.actor, tt.code, tt.on, tt.who...); !is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	for _, on := range []string{"2025-01-13", "2024-12-13"} { // today, and the first day of the course
		if err := w.records(certifier, "portal-staff", on, staffID); err != nil {
			t.Errorf("on %s: %v", on, err)
		}
	}
}

// security.md 8.4: neither by the service nor by row-level security.
func TestOthersSeeNothing(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	ana, anaID := w.hire(w.site, authz.Staff, "Ana")
	ben, _ := w.hire(w.site, authz.Staff, "Ben")
	far, _ := w.hire(w.other, authz.Certifier, "Far")
	if err := w.records(certifier, "portal-staff", "2025-01-10", anaID); err != nil {
		t.Fatal(err)
	}
	f, err := w.Find(t.Context(), certifier, anaID)
	if err != nil {
		t.Fatal(err)
	}
	for actor, want := range map[authz.Actor]int{
		certifier: 1, ana: 1, w.office: 1, ben: 0, far: 0, {Role: authz.Desk, Account: uuid.New()}: 0, {}: 0,
	} {
		err := w.db.InTx(t.Context(), actor, func(tx *postgres.Tx) error {
			n, err := postgres.Value[int](t.Context(), tx, `SELECT count(*)::int FROM training_completion`)
			if n != want {
				t.Errorf("%s sees %d completions, want %d", actor.Role, n, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Find(t.Context(), far, anaID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("find from elsewhere = %v", err)
	}
	if _, _, _, err := w.FindCompletion(t.Context(), far, f.Completions[0].ID); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("completion from elsewhere = %v", err)
	}
	if _, err := w.Correct(t.Context(), far, sub(), f.Completions[0].ID, training.Correction{Reason: training.NotCompleted}); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("correct from elsewhere = %v", err)
	}
	if _, err := w.SetTrack(t.Context(), far, sub(), anaID, training.Clinician); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("track from elsewhere = %v", err)
	}
}

func TestWrongEntryIsWithdrawnAndReplaced(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	ana, anaID := w.hire(w.site, authz.Staff, "Ana")
	if err := w.records(certifier, "online-administrative", "2025-01-10", anaID); err != nil {
		t.Fatal(err)
	}
	f, err := w.Find(t.Context(), certifier, anaID)
	if err != nil {
		t.Fatal(err)
	}
	wrong := f.Completions[0]
	same := training.Correction{Reason: training.WrongDate, On: wrong.CompletedOn}
	if _, err := w.Correct(t.Context(), certifier, sub(), wrong.ID, same); err == nil {
		t.Error("corrected to the same date")
	}
	if _, err := w.Correct(t.Context(), certifier, sub(), wrong.ID, training.Correction{Reason: "whim"}); !is(err, training.ErrNoReason) {
		t.Errorf("without a reason = %v", err)
	}
	form, in := sub(), training.Correction{Reason: training.WrongDate, On: civil.MustParse("2019-05-01")}
	for range 2 {
		if id, err := w.Correct(t.Context(), certifier, form, wrong.ID, in); err != nil || id != anaID {
			t.Fatalf("correct = %v, %v", id, err)
		}
	}
	if _, err := w.Correct(t.Context(), certifier, sub(), wrong.ID, in); !is(err, training.ErrWithdrawn) {
		t.Errorf("correct again = %v, want ErrWithdrawn", err)
	}
	if f, err = w.Find(t.Context(), certifier, anaID); err != nil || len(f.Completions) != 2 {
		t.Fatalf("file = %+v, %v", f, err)
	}
	i := slices.IndexFunc(f.Completions, func(c training.Completion) bool { return c.WithdrawnAt == nil })
	right := f.Completions[i]
	if right.CompletedOn != in.On || right.ReplacesID == nil || *right.ReplacesID != wrong.ID || f.Completions[1-i].WithdrawnReason != training.WrongDate {
		t.Errorf("history = %+v", f.Completions)
	}
	// 2019 + 5 years had lapsed when she began: for her role it is not done.
	if s := w.state(certifier, ana.Account); s.Kind != training.Never || s.Courses != 2 {
		t.Errorf("state = %+v", s)
	}
	if _, err := w.Correct(t.Context(), certifier, sub(), right.ID, training.Correction{Reason: training.NotCompleted}); err != nil {
		t.Fatal(err)
	}
	if err := w.records(certifier, "online-administrative", "2019-05-01", anaID); err != nil {
		t.Errorf("the withdrawn one anew: %v", err)
	}
}

func TestTracks(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	_, id := w.hire(w.site, authz.Staff, "Ana")
	if _, err := w.SetTrack(t.Context(), certifier, sub(), id, training.Certifier); err == nil {
		t.Error("staff on the certifier's track")
	}
	for _, track := range []training.Track{training.Clinician, training.Administrative, training.Clinician} {
		if _, err := w.SetTrack(t.Context(), certifier, sub(), id, track); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.Find(t.Context(), certifier, id)
	if err != nil || f.Track() != training.Clinician || len(f.Standings) != 2 || f.Standings[0].Code != "online-clinician" {
		t.Errorf("file = %+v, %v", f, err)
	}
}

// Whoever certifies a site follows that track wherever they are staff as well,
// and what another site cannot see counts all the same.
func TestCertifierElsewhereStandsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	far, _ := w.hire(w.other, authz.Certifier, "Far")
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	w.joins(w.site, authz.Staff, far.Account, "Far")
	for _, asks := range []authz.Actor{certifier, far, authz.SystemActor} {
		if s := w.state(asks, far.Account); s.Courses != 3 {
			t.Errorf("%s sees %+v, want the three courses of a certifier", asks.Role, s)
		}
	}
}

func TestBoard(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	staff, anaID := w.hire(w.site, authz.Staff, "Ana")
	w.hire(w.site, authz.Staff, "Ben")
	for _, code := range []string{"portal-staff", "online-administrative"} {
		if err := w.records(certifier, code, "2025-01-10", anaID); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		f    training.Filter
		want string
	}{
		{training.Filter{Size: 9}, "Ana Ben Cora"}, {training.Filter{Size: 2, Page: 2}, "Cora"}, {training.Filter{Size: 2, Page: 9}, ""},
		{training.Filter{Kind: training.Done, Size: 9}, "Ana"}, {training.Filter{Kind: training.Unfinished, Size: 9}, "Ben Cora"},
		{training.Filter{Search: " bEN@people", Size: 9}, ""}, {training.Filter{Search: " bEN", Size: 9}, "Ben"},
	} {
		b, err := w.Board(t.Context(), certifier, tt.f)
		got := ""
		for _, p := range b.People {
			got += " " + p.FirstName
		}
		if err != nil || len(got) > 0 && got[1:] != tt.want || got == "" && tt.want != "" {
			t.Errorf("%+v: %q, %v, want %q", tt.f, got, err, tt.want)
		}
		if b.Counts[training.Unfinished] != 2 || len(b.Own) != 3 || b.Gate {
			t.Errorf("board = %+v", b)
		}
	}
	var later training.StatesLater
	if err := w.db.InTx(t.Context(), certifier, func(tx *postgres.Tx) error {
		var reads postgres.Batch
		later.Add(&reads, w.site, tx.Today())
		return reads.Send(t.Context(), tx)
	}); err != nil {
		t.Fatal(err)
	}
	states := later.States(civil.MustParse("2025-01-20"))
	if len(states) != 3 || states[staff.Account] != w.state(certifier, staff.Account) || states[certifier.Account] != w.state(certifier, certifier.Account) {
		t.Errorf("states of the site = %+v", states)
	}
	b, err := w.Board(t.Context(), staff, training.Filter{Size: 9})
	if err != nil || len(b.People) != 0 || len(b.Own) != 2 {
		t.Errorf("staff's board = %+v, %v", b, err)
	}
	var notice training.NoticeLater
	var reads postgres.Batch
	day := civil.MustParse("2025-01-20")
	notice.Add(&reads, certifier, day)
	_, err = w.db.Read(t.Context(), certifier, &reads)
	if n := notice.Notice(certifier, day); err != nil || n.People != 2 || n.Courses != 3 || !n.Certifier {
		t.Errorf("notice = %+v, %v", n, err)
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	staff, id := w.hire(w.site, authz.Staff, "Ana")
	gate := func(actor authz.Actor) error {
		return w.db.InTx(t.Context(), actor, func(tx *postgres.Tx) error { return training.GateTx(t.Context(), tx, actor) })
	}
	dbtest.Advance(t, w.db, setting.Days(61)) // the 60 days of the courses are over, the 120 are not
	if err := gate(staff); err != nil {
		t.Errorf("gate off: %v", err)
	}
	if err := w.SetRules(t.Context(), w.office, sub(), training.Rules{Gate: true, Center: setting.TrainingURL.Default(), Reason: "decided"}); err != nil {
		t.Fatal(err)
	}
	want := "Your training is overdue: Online trainings: Administrative track and Provider Staff Portal Training. You can look things up, but you cannot enroll or recertify anybody until it is recorded. Take the training, then ask Cora Person, the certifier of your site, to record it."
	if err := gate(staff); !is(err, training.ErrOverdue) || err.Error() != want {
		t.Errorf("staff: %v\nwant %s", err, want)
	}
	if err := gate(certifier); !is(err, training.ErrOverdue) {
		t.Errorf("certifier: %v", err)
	}
	for _, actor := range []authz.Actor{w.office, authz.SystemActor} {
		if err := gate(actor); err != nil {
			t.Errorf("%s: %v", actor.Role, err)
		}
	}
	for _, code := range []string{"portal-staff", "online-administrative"} {
		if err := w.records(certifier, code, "2025-03-01", id); err != nil {
			t.Fatal(err)
		}
	}
	if err := gate(staff); err != nil {
		t.Errorf("after recording: %v", err)
	}
}
