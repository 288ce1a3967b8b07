package server

import (
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
}

func line(rt route) Line { return Line{rt.method, rt.path, rt.permission, rt.fresh, rt.file} }

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
