package secret

import "sync/atomic"

var current atomic.Pointer[Ring]

// Use names the ring of this program, once, when it starts. It is for the
// packages that everything calls, audit and ratelimit; services are given
// their ring.
func Use(ring *Ring) { current.Store(ring) }

// Current returns the ring that Use named, and nil before.
func Current() *Ring { return current.Load() }
