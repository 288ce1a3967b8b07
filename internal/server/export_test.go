package server

import (
	"net/http"
	"time"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
)

// Limits that the tests go up to.
const (
	MaxURL      = maxURL
	MaxInFlight = maxInFlight
)

// Line is a route as the tests see it.
type Line struct {
	Method, Path string
	Permission   authz.Permission
	Fresh, File  bool
	Kept         bool
}

func line(rt route) Line { return Line{rt.method, rt.path, rt.permission, rt.fresh, rt.file, rt.kept} }

// Lines returns the table.
func (s *Server) Lines() []Line {
	lines := make([]Line, len(s.list))
	for i, rt := range s.list {
		lines[i] = line(rt)
	}
	return lines
}

// Around puts fn around the handler of every route. Call it before Handler.
func (s *Server) Around(fn func(l Line, next handler.Func) handler.Func) {
	for i, rt := range s.list {
		s.list[i].fn = fn(line(rt), rt.fn)
	}
}

// Add adds a route that anybody may ask for. Call it before Handler.
func (s *Server) Add(method, path string, fn handler.Func) {
	s.list = append(s.list, route{method: method, path: path, permission: authz.Open, fn: fn})
}

// AddFor adds a route for those with the permission. Call it before Handler.
func (s *Server) AddFor(p authz.Permission, method, path string, fn handler.Func) {
	s.list = append(s.list, route{method: method, path: path, permission: p, fn: fn})
}

// FixedHeaders are those of every response.
func FixedHeaders() map[string]string { return fixedHeaders }

// Public is what answers on the public listener.
func (s *Server) Public() *http.Server { return s.public() }

// MaxHeader is how long the header of a request may be.
const MaxHeader = maxHeader

// Times are how long the steps of a connection may take. A server has those
// that are given; the others do not end while a test runs.
type Times struct{ Header, Read, Write, Idle, File time.Duration }

// Hurry gives the server other times. Call it before it serves.
func (s *Server) Hurry(t Times) {
	long := func(d time.Duration) time.Duration {
		if d == 0 {
			return time.Hour
		}
		return d
	}
	s.times = times{header: long(t.Header), read: long(t.Read), write: long(t.Write), idle: long(t.Idle), file: long(t.File)}
}

// FileTime is how long a form that brings a file may take to arrive.
func (s *Server) FileTime() time.Duration { return s.times.file }
