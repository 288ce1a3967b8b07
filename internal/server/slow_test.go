package server_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"familypact.example/portal/internal/server"
)

// TestSlowSendersKeepNobodyWaiting holds more forms half sent than requests may
// be in hand: everybody else is still answered.
func TestSlowSendersKeepNobodyWaiting(t *testing.T) {
	w := newWorld(t)
	srv := httptest.NewServer(w.handler)
	defer srv.Close()
	for range server.MaxInFlight + 5 {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, err = fmt.Fprintf(conn, "POST /sign-in HTTP/1.1\r\nHost: portal.example:8080\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
			"Sec-Fetch-Site: same-origin\r\nContent-Length: 1000\r\n\r\nname=")
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 20 { // the senders arrive meanwhile
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/contact", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "portal.example:8080"
		res, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatalf("/contact = %d, want 200", res.StatusCode)
		}
	}
}
