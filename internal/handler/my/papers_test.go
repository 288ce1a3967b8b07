package my_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/linkcode"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/handler/my"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/web/page/mypage"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var paperNoon = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

// papers is the client's pages on real services, with a clinic that has
// enrolled somebody.
type papers struct {
	*testing.T
	db     *postgres.DB
	staff  authz.Actor
	client uuid.UUID
}

func newPapers(t *testing.T, changes ...applicationtest.Change) *papers {
	t.Helper()
	db := dbtest.New(t)
	dbtest.Freeze(t, db, paperNoon)
	if err := incometable.Load(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	staff := clienttest.Staff(t, db)
	return &papers{T: t, db: db, staff: staff, client: enrollmenttest.Enroll(t, db, clienttest.Ring(), staff, civil.Of(paperNoon), changes...)}
}

// person opens an account of a client and serves its pages.
func (p *papers) person() *handlertest.Counter {
	p.Helper()
	ring := clienttest.Ring()
	in := my.NewInbox(inbox.New(p.db, ring))
	papers := my.NewPapers(document.New(p.db, ring), enrollment.New(p.db, ring))
	links := my.NewLinks(linkcode.New(p.db, ring))
	actor := accounttest.Client(p.T, p.db, ring, account.ClientAccount{})
	c := handlertest.NewCounter(p.T, actor, "/my", handlertest.Pages{
		"/messages": {in.ShowList}, "/messages/{id}": {in.Show}, "/card": {papers.ShowCard}, "/card/print": {papers.ShowSheet},
		"/card.pdf": {papers.SaveCard}, "/history": {papers.ShowHistory}, "/documents": {papers.ShowDocuments},
		"/documents/{id}": {papers.ShowDocument}, "/documents/{id}/pdf": {papers.SaveDocument},
		"/link": [2]handler.Func{links.Show, links.Join},
	})
	c.Base = "/my"
	return c
}

// owner is a person whose account has the record.
func (p *papers) owner() *handlertest.Counter {
	p.Helper()
	c := p.person()
	accounttest.Link(p.T, p.db, c.Actor, p.client)
	return c
}

func (p *papers) code() secret.Text {
	p.Helper()
	sub := idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("test")}
	made, err := linkcode.New(p.db, clienttest.Ring()).Make(context.Background(), p.staff, sub, p.client)
	if err != nil {
		p.Fatal(err)
	}
	return made.Code
}

func (p *papers) number() string {
	p.Helper()
	var out string
	err := p.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		r, err := client.FindTx(context.Background(), tx, clienttest.Ring(), p.client)
		out = r.HAP.Groups()
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	return out
}

var linkTo = regexp.MustCompile(`href="/my(/(?:messages|documents)/[0-9a-f-]{36})"`)

// TestOwnPagesShowTheOwnRecord: each page shows what the clinic did, to the
// client alone; somebody without a record is told how one comes here, and each
// id of another is not there (security.md 8.4).
func TestOwnPagesShowTheOwnRecord(t *testing.T) {
	t.Parallel()
	p := newPapers(t)
	mine, other := p.owner(), p.person()
	mine.Wants(mine.Get("/card", http.StatusOK), p.number())
	mine.Wants(mine.Get("/card/print", http.StatusOK), p.number())
	if !strings.HasPrefix(mine.Get("/card.pdf", http.StatusOK), "%PDF") {
		t.Error("the card is no PDF")
	}
	mine.Wants(mine.Get("/history", http.StatusOK), "01/20/2025 to 01/19/2026", "Harbor Test Clinic", locale.MyMessageApproved.In(t.Context()))
	for list, want := range map[string]string{"/messages": locale.MyMessageApprovedText.In(t.Context()), "/documents": locale.DocumentsPdf.In(t.Context())} {
		found := linkTo.FindStringSubmatch(mine.Get(list, http.StatusOK))
		if found == nil {
			t.Fatalf("%s leads to nothing", list)
		}
		mine.Wants(mine.Get(found[1], http.StatusOK), want)
		other.Get(found[1], http.StatusNotFound)
		if list == "/documents" {
			mine.Get(found[1]+"/pdf", http.StatusOK)
			other.Get(found[1]+"/pdf", http.StatusNotFound)
		}
	}
	mine.Wants(mine.Get("/messages", http.StatusOK), locale.MyMessagesRead.In(t.Context()))
	for _, page := range []string{"/card", "/history", "/documents"} {
		other.Wants(other.Get(page, http.StatusOK), locale.MyNoneTitle.In(t.Context()))
	}
	other.Wants(other.Get("/messages", http.StatusOK), locale.MyMessagesNone.In(t.Context()))
	other.Get("/card/print", http.StatusNotFound)
	other.Get("/card.pdf", http.StatusNotFound)
}

// TestCardIsHiddenUntilAsked of somebody who asked for privacy (ux.md 3.3); the
// titles of the pages name no program (security.md 14.4).
func TestCardIsHiddenUntilAsked(t *testing.T) {
	t.Parallel()
	p := newPapers(t, applicationtest.Answer(question.SafeContact, "safe-contact", "Y"))
	mine := p.owner()
	page := mine.Get("/card", http.StatusOK)
	if strings.Contains(page, p.number()) || strings.Contains(page, strings.ReplaceAll(p.number(), " ", "")) {
		t.Error("the number is shown unasked")
	}
	mine.Wants(page, locale.MyCardHidden.In(t.Context()))
	mine.Wants(mine.Get("/card?show=yes", http.StatusOK), p.number())
	title := regexp.MustCompile(`<title>([^<]*)</title>`)
	for _, at := range []string{"/card", "/card?show=yes", "/card/print", "/history", "/messages", "/documents", "/link"} {
		found := title.FindStringSubmatch(mine.Get(at, http.StatusOK))
		if found == nil || strings.Contains(found[1], "PACT") || strings.Contains(found[1], "HAP") || !strings.Contains(found[1], "My Account") {
			t.Errorf("%s is called %q", at, found)
		}
	}
}

// TestEveryKindOfMessageHasWords in both languages, and a kind that comes later
// is told as news.
func TestEveryKindOfMessageHasWords(t *testing.T) {
	t.Parallel()
	other := mypage.Subject("something else").In(t.Context())
	spanish := locale.WithLanguage(t.Context(), locale.Spanish)
	for _, k := range []inbox.Kind{
		inbox.Approved, inbox.NotEligible, inbox.Changed, inbox.Ended, inbox.Reactivated, inbox.Moved, inbox.Earlier, inbox.Renewal, inbox.Linked,
	} {
		if s := mypage.Subject(k); s.In(t.Context()) == other || s.In(t.Context()) == s.In(spanish) {
			t.Errorf("%s has no words of its own", k)
		}
	}
}

// TestJoinARecord by a code of the clinic: everything that is missing is said
// at once, everything that is wrong in one way.
func TestJoinARecord(t *testing.T) {
	t.Parallel()
	p := newPapers(t)
	who, code := p.person(), p.code()
	say := func(k locale.Key) string { return k.In(t.Context()) }
	who.Wants(who.Post("/link", http.StatusUnprocessableEntity), say(locale.MyLinkHowMissing), say(locale.MyLinkBornMissing))
	who.Wants(who.Post("/link", http.StatusUnprocessableEntity, "how", "code"), say(locale.MyLinkCodeMissing))
	who.Wants(who.Post("/link", http.StatusUnprocessableEntity, "how", "number", "number", "1", "fact", "zip"), say(locale.MyLinkFactMissing))
	born := []string{"born-month", "3", "born-day", "14", "born-year", "1998"}
	wrong := who.Post("/link", http.StatusUnprocessableEntity, append(born, "how", "code", "code", "nonsense")...)
	who.Wants(wrong, say(locale.MyLinkWrong), "nonsense")
	who.Wants(who.Post("/link", http.StatusUnprocessableEntity, append(born, "how", "number", "number", "95000001A12345", "fact", "zip", "fact-zip", "93701")...), say(locale.MyLinkWrong))
	if to := who.Post("/link", http.StatusSeeOther, append(born, "how", "code", "code", secret.FormatCode(code))...); to != "" {
		t.Errorf("leads to %s", to)
	}
	who.Wants(who.Get("/link", http.StatusOK), say(locale.MyLinkJoined))
	who.Wants(who.Get("/messages", http.StatusOK), say(locale.MyMessageLinked))
	who.Post("/link", http.StatusConflict, append(born, "how", "code", "code", secret.FormatCode(code))...)
}
