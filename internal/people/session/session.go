package session

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Manager carries the session of each request. It may be used from several
// goroutines at once.
type Manager struct {
	scs   *scs.SessionManager
	store *store
	ring  *secret.Ring
}

// Options are what a Manager depends on.
type Options struct {
	Ring   *secret.Ring // seals the message that is shown once
	Secure bool         // people come over TLS: the cookie says so and has its prefix
	Limits Limits
	// Current returns the limits as OFP has set them; nil: Limits hold.
	Current func(ctx context.Context) (Limits, error)
	// Fail answers a request whose session could not be read or written.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	// Origin says where a request came from, for the audit entry of an end;
	// nil: only its address is known.
	Origin func(ctx context.Context) authz.Origin
}

// NewManager returns a Manager on the database. The cookie ends with the
// browser; scs's own timers are out of the way (decisions 10).
func NewManager(db *postgres.DB, o Options) *Manager {
	if o.Limits == (Limits{}) {
		o.Limits = Standard
	}
	m := &Manager{scs: scs.New(), ring: o.Ring, store: &store{db: db, limits: o.Limits, current: o.Current, origin: o.Origin}}
	m.scs.Store = m.store
	m.scs.Codec = codec{}
	m.scs.HashTokenInStore = true
	m.scs.Lifetime = 7 * 24 * time.Hour
	m.scs.Cookie = scs.SessionCookie{
		Name: "s", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: false, Secure: o.Secure,
	}
	if o.Secure {
		m.scs.Cookie.Name = "__Host-s"
	}
	if o.Fail != nil {
		m.scs.ErrorFunc = o.Fail
	}
	return m
}

// CookieName is the name of the session's cookie.
func (m *Manager) CookieName() string { return m.scs.Cookie.Name }

// visit is what one request carries beside scs's values.
type visit struct {
	state    State
	data     map[string]string // as it was read, to write only what this request changed
	renewing bool
	lost     bool   // the new token was not made: nothing is written any more
	replaces []byte // digest of the token that the new one takes the place of
	page     string // that is asked for
	agent    Agent
	complete bool // the new token is that of a complete sign-in
}

type visitKey struct{}

// visitOf returns the visit of the context; outside LoadAndSave one that
// nobody reads.
func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{state: State{Step: None}}
}

// LoadAndSave reads the session before next and writes it with the answer's
// head, if it was changed.
func (m *Manager) LoadAndSave(next http.Handler) http.Handler {
	inner := m.scs.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{state: State{Step: None}, page: r.URL.Path, agent: AgentOf(r.UserAgent())}
		inner.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// Current returns what LoadAndSave read of who asks. Changes made in the same
// request show at the next one.
func (m *Manager) Current(ctx context.Context) (State, error) {
	return visitOf(ctx).state, nil
}

// Ensure makes sure that there is a session, for forms of people who have not
// signed in, and returns what binds them to it.
func (m *Manager) Ensure(ctx context.Context) string {
	binding := m.scs.GetString(ctx, keyBinding)
	if binding == "" {
		binding = uuid.NewString() // random throughout
		m.scs.Put(ctx, keyBinding, binding)
		visitOf(ctx).state.Binding = binding
	}
	return binding
}

// Start is a sign-in whose password was right.
type Start struct {
	Account uuid.UUID
	Device  uuid.UUID // known device, uuid.Nil for an unknown one
	Shared  bool      // a shared device
}

// Begin goes from the password to the passcode: a new token, bound to the
// account, and the page to come back to is kept. It returns the number of this
// sign-in, which its passcodes are bound to.
func (m *Manager) Begin(ctx context.Context, st Start) (uuid.UUID, error) {
	pending := uuid.Must(uuid.NewV7())
	return pending, m.renew(ctx, func() {
		for _, k := range columns {
			m.scs.Remove(ctx, k)
		}
		m.scs.Remove(ctx, keyFlash)
		m.scs.Remove(ctx, keyEnded)
		m.forAnother(ctx, st.Account)
		m.put(ctx, keyAccount, st.Account)
		m.put(ctx, keyDevice, st.Device)
		m.put(ctx, keyPending, pending)
		m.scs.Put(ctx, keyStep, string(Password))
		m.scs.Put(ctx, keyPasswordAt, "now")
		if st.Shared {
			m.scs.Put(ctx, keyShared, "yes")
		}
	})
}

// Complete ends a sign-in whose passcode was right: a new token, acting for
// the site (uuid.Nil for accounts without one), on the device as it is known
// from now on (uuid.Nil for one that is not). When the account has more
// sign-ins than it may, the oldest end.
func (m *Manager) Complete(ctx context.Context, site, device uuid.UUID) error {
	visitOf(ctx).complete = true
	defer func() { visitOf(ctx).complete = false }()
	return m.renew(ctx, func() {
		m.scs.Put(ctx, keyStep, string(Full))
		m.scs.Put(ctx, keyPasscodeAt, "now")
		m.scs.Remove(ctx, keyPending)
		m.put(ctx, keySite, site)
		m.put(ctx, keyDevice, device)
	})
}

// Await goes on to asking a signed-in person for a passcode again, after a
// right password: it returns the number that the passcode is bound to. The
// session goes on meanwhile.
func (m *Manager) Await(ctx context.Context) (uuid.UUID, error) {
	pending := uuid.Must(uuid.NewV7())
	return pending, m.renew(ctx, func() {
		m.put(ctx, keyPending, pending)
		m.scs.Put(ctx, keyPasswordAt, "now")
	})
}

// Resume goes on with a session that rest had locked, after a right password:
// a new token, everything else as it was. A device that was handed over is
// taken back by it.
func (m *Manager) Resume(ctx context.Context) error {
	if err := m.store.takeBack(ctx); err != nil {
		return err
	}
	return m.renew(ctx, func() { m.scs.Put(ctx, keyPasswordAt, "now") })
}

// Refresh marks the passcode that Await was for as given just now: a new
// token. The password counts from Await.
func (m *Manager) Refresh(ctx context.Context) error {
	return m.renew(ctx, func() {
		m.scs.Put(ctx, keyPasscodeAt, "now")
		m.scs.Remove(ctx, keyPending)
	})
}

// SwitchSite acts for another site from now on: a new token. Whether the
// account may is checked at every request.
func (m *Manager) SwitchSite(ctx context.Context, site uuid.UUID) error {
	return m.renew(ctx, func() { m.put(ctx, keySite, site) })
}

// End signs out.
func (m *Manager) End(ctx context.Context) error { return m.scs.Destroy(ctx) }

// ErrEnded means that the session was ended while this request was under way,
// so that it can get no new token.
var ErrEnded = fault.New(fault.Unauthenticated, locale.FaultSignIn)

// renew gives the session a new token and what change makes of it. It is
// written at once, in one transaction with the end of the old token: a session
// that was ended meanwhile does not come back under a new one (security.md
// 5.1), and the answer is ErrEnded.
func (m *Manager) renew(ctx context.Context, change func()) error {
	v := visitOf(ctx)
	v.renewing = true
	defer func() { v.renewing, v.replaces = false, nil }()
	if err := m.scs.RenewToken(ctx); err != nil {
		return err
	}
	change()
	if _, _, err := m.scs.Commit(ctx); err != nil {
		v.lost = true // or the end of the request would write the new token after all
		_ = m.scs.Destroy(ctx)
		return err
	}
	return nil
}

func (m *Manager) put(ctx context.Context, key string, v uuid.UUID) {
	if v == uuid.Nil {
		m.scs.Remove(ctx, key)
		return
	}
	m.scs.Put(ctx, key, v.String())
}

// Remember keeps one of our own paths, to come back to it after signing in.
// Anything else is not kept (security.md 6.6).
func (m *Manager) Remember(ctx context.Context, path string) {
	if ownPath(path) {
		m.scs.Put(ctx, keyBack, path)
		m.scs.Remove(ctx, keyBackFor)
	}
}

// Remembered returns the path that Remember kept, once, or "".
func (m *Manager) Remembered(ctx context.Context) string {
	path := m.scs.PopString(ctx, keyBack)
	m.scs.Remove(ctx, keyBackFor)
	if !ownPath(path) {
		return ""
	}
	return path
}

// areas that somebody can be sent back to.
var areas = []string{"/provider", "/ofp", "/desk", "/my", "/es/my"}

func ownPath(path string) bool {
	if len(path) > 200 || strings.ContainsAny(path, "\\\r\n%?#") || strings.Contains(path, "//") {
		return false
	}
	for _, a := range areas {
		if path == a || strings.HasPrefix(path, a+"/") {
			return true
		}
	}
	return false
}
