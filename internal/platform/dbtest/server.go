package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/devdb"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/migrations"
)

// server is the PostgreSQL that the tests of this process use.
type server struct {
	base    *url.URL      // the superuser's address
	private *devdb.Server // nil when TEST_DATABASE_URL named it
	sign    string        // in the names of this process's clones
	alive   *pgx.Conn     // tells other processes that the clones are in use
	count   atomic.Int64

	once     sync.Once // makes the template
	template string
	err      error
}

var current struct {
	sync.Mutex
	server *server
	err    error
}

// theServer returns the server, which the first call starts. A failure is kept:
// every later test gets the same answer at once.
func theServer() (*server, error) {
	current.Lock()
	defer current.Unlock()
	if current.server == nil && current.err == nil {
		current.server, current.err = connect(context.Background())
	}
	return current.server, current.err
}

func stop() {
	current.Lock()
	defer current.Unlock()
	s := current.server
	if s == nil {
		return
	}
	if shared.pool != nil {
		shared.pool.Close()
	}
	_ = s.alive.Close(context.Background())
	if s.private != nil {
		if err := s.private.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	current.server, current.err = nil, errors.New("the tests of this package have ended")
}

func connect(ctx context.Context) (*server, error) {
	s := &server{}
	address := os.Getenv("TEST_DATABASE_URL")
	if address == "" {
		private, err := devdb.Start(ctx, devdb.Options{Ephemeral: true})
		if err != nil {
			return nil, err
		}
		s.private, address = private, private.URL("postgres", devdb.Superuser)
	}
	base, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(base.Scheme, "postgres") {
		return nil, errors.New("TEST_DATABASE_URL must have the form postgres://user@host/database")
	}
	s.base = base
	var random [4]byte
	_, _ = rand.Read(random[:])
	s.sign = fmt.Sprintf("%d_%s", os.Getpid(), hex.EncodeToString(random[:]))
	if s.alive, err = s.connectAdmin(ctx, clonePrefix+s.sign); err != nil {
		return nil, fmt.Errorf("connect to the test database server: %w", err)
	}
	password, _ := base.User.Password()
	return s, devdb.MakeRoles(ctx, s.alive, password)
}

// connectAdmin opens a connection of the superuser under a name that others can
// see.
func (s *server) connectAdmin(ctx context.Context, name string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(s.base.String())
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["application_name"] = name
	return pgx.ConnectConfig(ctx, cfg)
}

func (s *server) asAdmin(ctx context.Context, fn func(ctx context.Context, conn *pgx.Conn) error) error {
	conn, err := s.connectAdmin(ctx, "dbtest")
	if err != nil {
		return fmt.Errorf("connect to the test database server: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return fn(ctx, conn)
}

// address returns the address of a database for a role; an empty role is the
// superuser.
func (s *server) address(database, role string) (string, error) {
	u := *s.base
	u.Path = "/" + database
	if role == "" {
		return u.String(), nil
	}
	q := u.Query()
	password, has := u.User.Password()
	switch {
	case q.Has("user"):
		q.Set("user", role)
		u.RawQuery = q.Encode()
	case has:
		u.User = url.UserPassword(role, password)
	default:
		u.User = url.User(role)
	}
	return u.String(), nil
}

const (
	templatePrefix = "portal_template_"
	clonePrefix    = "portal_test_"
	tooMany        = 60 // clones of ended processes, before they are dropped
)

func (s *server) nextName() string {
	return fmt.Sprintf("%s%s_%d", clonePrefix, s.sign, s.count.Add(1))
}

// clone makes a copy of the template and returns its name. It is not dropped:
// the whole server is thrown away, or see sweep.
func (s *server) clone(ctx context.Context) (string, error) {
	s.once.Do(func() { s.template, s.err = s.makeTemplate(ctx) })
	if s.err != nil {
		return "", s.err
	}
	name := s.nextName()
	return name, s.asAdmin(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		return devdb.MakeDatabase(ctx, conn, name, s.template)
	})
}

// makeTemplate returns the name of the migrated database for the migrations of
// this program. Whoever comes first makes it, the others wait.
func (s *server) makeTemplate(ctx context.Context) (string, error) {
	sum, err := migrationsHash()
	if err != nil {
		return "", err
	}
	name := templatePrefix + sum
	return name, s.asAdmin(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended('portal test template', 0))`); err != nil {
			return fmt.Errorf("wait for the template: %w", err)
		}
		sweep(ctx, conn)
		var exists bool
		err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists)
		if err != nil || exists {
			return err
		}
		return s.migrateTemplate(ctx, conn, name)
	})
}

// migrateTemplate migrates under another name first, so that a half-made
// template is never cloned.
func (s *server) migrateTemplate(ctx context.Context, conn *pgx.Conn, name string) error {
	draft := name + "_draft"
	if _, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+quote(draft)+` WITH (FORCE)`); err != nil {
		return fmt.Errorf("drop the half-made template: %w", err)
	}
	if err := devdb.MakeDatabase(ctx, conn, draft, "template0"); err != nil {
		return err
	}
	owner, err := s.address(draft, devdb.OwnerRole)
	if err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, owner, false); err != nil {
		return fmt.Errorf("migrate the template of the test databases: %w", err)
	}
	_, err = conn.Exec(ctx, `ALTER DATABASE `+quote(draft)+` RENAME TO `+quote(name))
	return err
}

// sweep drops the clones of processes that have ended once there are many, for
// a server that outlives its tests. What cannot be dropped stays.
func sweep(ctx context.Context, conn *pgx.Conn) {
	rows, err := conn.Query(ctx, `
		SELECT d.datname FROM pg_database d
		WHERE starts_with(d.datname, $1)
		  AND NOT EXISTS (SELECT FROM pg_stat_activity a
		                  WHERE a.datname = d.datname OR starts_with(d.datname, a.application_name || '_')
		                    AND starts_with(a.application_name, $1))
		ORDER BY d.oid`, clonePrefix)
	if err != nil {
		return
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(names) <= tooMany {
		return
	}
	for _, name := range names {
		_, _ = conn.Exec(ctx, `DROP DATABASE IF EXISTS `+quote(name))
	}
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// migrationsHash names the schema by what its files say.
func migrationsHash() (string, error) {
	h := sha256.New()
	names, err := fs.Glob(migrations.Files, "*.up.sql")
	if err != nil {
		return "", fmt.Errorf("list the migrations: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			return "", fmt.Errorf("read a migration: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n", name, len(text))
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:6]), nil
}
