package main

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// door is a listener that stays open while one portal after the other serves
// from it: whoever comes in between waits for the next one.
type door struct {
	*net.TCPListener
}

// open returns the listener of one portal. Closing it leaves the door open.
func (d door) open() net.Listener {
	_ = d.SetDeadline(time.Time{})
	return &opening{door: d, closed: make(chan struct{})}
}

// opening is the door as one portal holds it.
type opening struct {
	door   door
	once   sync.Once
	closed chan struct{}

	mu      sync.Mutex
	waiting map[*visitor]struct{} // connected, and not a word said yet
}

// Accept waits for the next connection, until Close.
func (o *opening) Accept() (net.Conn, error) {
	select {
	case <-o.closed:
		return nil, net.ErrClosed
	default:
	}
	conn, err := o.door.Accept()
	if err != nil {
		select {
		case <-o.closed:
			return nil, net.ErrClosed
		default:
			return nil, err
		}
	}
	v := &visitor{Conn: conn, at: o}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.waiting == nil {
		o.waiting = map[*visitor]struct{}{}
	}
	o.waiting[v] = struct{}{}
	return v, nil
}

// Close ends Accept, and the connections that a browser has opened ahead of
// need: a server that stops would wait for them.
func (o *opening) Close() error {
	o.once.Do(func() {
		close(o.closed)
		_ = o.door.SetDeadline(time.Unix(1, 0))
		o.mu.Lock()
		defer o.mu.Unlock()
		for v := range o.waiting {
			_ = v.Conn.Close()
		}
		o.waiting = nil
	})
	return nil
}

// Addr returns the address of the door.
func (o *opening) Addr() net.Addr { return o.door.Addr() }

func (o *opening) leave(v *visitor) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.waiting, v)
}

// visitor is a connection that says when it begins to be used.
type visitor struct {
	net.Conn
	at   *opening
	used atomic.Bool
}

// Read notes the first word.
func (v *visitor) Read(b []byte) (int, error) {
	n, err := v.Conn.Read(b)
	if !v.used.Swap(true) {
		v.at.leave(v)
	}
	return n, err
}

// Close ends the connection.
func (v *visitor) Close() error {
	v.at.leave(v)
	return v.Conn.Close()
}
