package server_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// wire stands between the portal and its database: it counts what is waited
// for and can be cut.
type wire struct {
	t       *testing.T
	network string
	target  string
	address string // of ours
	trips   atomic.Int64

	mu    sync.Mutex
	l     net.Listener
	conns map[net.Conn]bool
}

// newWire returns a wire to the database at the address, and the address of
// the database at its near end.
func newWire(t *testing.T, dsn string) (*wire, string) {
	t.Helper()
	cfg, err := pgconn.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, conns: map[net.Conn]bool{}}
	w.network, w.target = pgconn.NetworkAddress(cfg.Host, cfg.Port)
	w.address = "127.0.0.1:0"
	w.mend()
	t.Cleanup(w.cut)
	u := url.URL{
		Scheme: "postgres", Host: w.address, Path: "/" + cfg.Database,
		User: url.UserPassword(cfg.User, cfg.Password), RawQuery: "sslmode=disable",
	}
	return w, u.String()
}

// mend lets connections through, at the same address as before.
func (w *wire) mend() {
	w.t.Helper()
	l, err := net.Listen("tcp", w.address) //nolint:noctx // for the length of a test
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.l, w.address = l, l.Addr().String()
	w.mu.Unlock()
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(near)
		}
	}()
}

// cut ends every connection and lets none through, as a server that is gone.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.l.Close()
	for c := range w.conns {
		_ = c.Close()
	}
	clear(w.conns)
}

func (w *wire) carry(near net.Conn) {
	far, err := net.Dial(w.network, w.target) //nolint:noctx // for the length of a test
	if err != nil {
		_ = near.Close()
		return
	}
	w.mu.Lock()
	w.conns[near], w.conns[far] = true, true
	w.mu.Unlock()
	go func() {
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}()
	_ = w.count(far, near)
	_ = far.Close()
}

// ping is how the pool asks whether a connection that rested for a second is
// still alive: a matter of the pool, not of the page.
var ping = []byte("-- ping")

// count carries what the portal says and counts what it then waits for: simple
// queries, and the ends of pipelines.
func (w *wire) count(far io.Writer, near io.Reader) error {
	for first := true; ; first = false {
		head := make([]byte, 5)
		if first {
			head = head[1:] // the first message has no type
		}
		if _, err := io.ReadFull(near, head); err != nil {
			return err
		}
		rest := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
		if _, err := io.ReadFull(near, rest); err != nil {
			return err
		}
		if !first && (head[0] == 'S' || head[0] == 'Q' && !bytes.HasPrefix(rest, ping)) {
			w.trips.Add(1)
		}
		if _, err := far.Write(append(head, rest...)); err != nil {
			return err
		}
	}
}
