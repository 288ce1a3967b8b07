package textmessage_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/textmessage"
)

const key = "a key of the gateway that nobody sees"

func gatewayAt(t *testing.T, address string) *textmessage.Gateway {
	t.Helper()
	g, err := textmessage.New(address, key)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

var message = textmessage.Text{ID: "0198-1", To: "+15305550100", Text: "Your one-time code: 123456"}

func TestGatewayGetsTheMessage(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var got map[string]string
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil || r.Method != http.MethodPost {
			t.Errorf("%s: %v", r.Method, err)
		}
		if r.Header.Get("Authorization") != "Bearer "+key || r.Header.Get("Idempotency-Key") != message.ID {
			t.Errorf("header = %v", r.Header)
		}
		if len(got) != 3 || got["id"] != message.ID || got["to"] != message.To || got["text"] != message.Text {
			t.Errorf("body = %v", got)
		}
		_, _ = io.WriteString(w, `{"status": "accepted"}`)
	}))
	defer srv.Close()
	if err := gatewayAt(t, srv.URL).Send(t.Context(), message); err != nil {
		t.Error(err)
	}
}

func TestAnswersOfTheGateway(t *testing.T) {
	t.Parallel()
	accepted := `{"status": "accepted"}`
	later, never, unsure := "again later", "never", "nobody knows"
	tests := []struct {
		status int
		body   string
		want   string
	}{
		{200, accepted, ""}, {201, accepted, ""}, {202, accepted, ""},
		{200, "", unsure}, {200, "<html>", unsure}, {200, `{"status": "queued?"}`, unsure}, {202, strings.Repeat(" ", 1<<20) + accepted, unsure},
		{400, "", never}, {404, "", never}, {410, "", never}, {422, accepted, never}, {302, accepted, never},
		{408, "", later}, {429, "", later}, {500, accepted, later}, {503, "", later},
		{401, "", "unreachable"}, {403, "", "unreachable"},
	}
	for _, tt := range tests {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(tt.status)
			_, _ = io.WriteString(w, tt.body)
		}))
		err := gatewayAt(t, srv.URL).Send(t.Context(), message)
		if got := kind(err); got != tt.want {
			t.Errorf("%d %.30q: %v, want %q", tt.status, tt.body, err, tt.want)
		}
		srv.Close()
	}
}

func kind(err error) string {
	var refusal *mail.Refusal
	switch {
	case err == nil:
		return ""
	case errors.Is(err, mail.ErrUnreachable):
		return "unreachable"
	case !errors.As(err, &refusal):
		return err.Error()
	case refusal.Unsure():
		return "nobody knows"
	case refusal.Permanent:
		return "never"
	}
	return "again later"
}

func TestGatewayThatIsNotThereOrHangsUp(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	if got := kind(gatewayAt(t, srv.URL).Send(t.Context(), message)); got != "nobody knows" {
		t.Errorf("hung up: %s", got)
	}
	srv.Close()
	err := gatewayAt(t, srv.URL).Send(t.Context(), message)
	if got := kind(err); got != "unreachable" {
		t.Errorf("closed: %v", err)
	}
	if strings.Contains(err.Error(), "530555") || strings.Contains(err.Error(), key) {
		t.Errorf("the error tells too much: %v", err)
	}
}

// What is no text message never leaves: 160 characters, one number.
func TestUnusable(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status": "accepted"}`)
	}))
	defer srv.Close()
	g := gatewayAt(t, srv.URL)
	for name, tt := range map[string]struct {
		text textmessage.Text
		want error
	}{
		"160 characters": {textmessage.Text{ID: "1", To: "+15305550100", Text: strings.Repeat("ñ", 160)}, nil},
		"161 characters": {textmessage.Text{ID: "1", To: "+15305550100", Text: strings.Repeat("ñ", 161)}, mail.ErrUnusable},
		"no text":        {textmessage.Text{ID: "1", To: "+15305550100"}, mail.ErrUnusable},
		"two numbers":    {textmessage.Text{ID: "1", To: "+15305550100,+15305550101", Text: "x"}, mail.ErrUnusable},
		"a new line":     {textmessage.Text{ID: "1", To: "+15305550100\n", Text: "x"}, mail.ErrUnusable},
		"another land":   {textmessage.Text{ID: "1", To: "+493012345678", Text: "x"}, mail.ErrUnusable},
	} {
		if err := g.Send(t.Context(), tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"5305550100": "+15305550100", "(530) 555-0100": "+15305550100", "530.555.0100": "+15305550100",
		"+1 530 555 0100": "+15305550100", "1-530-555-0100": "+15305550100", "530–555–0100": "+15305550100",
	} {
		if got, ok := textmessage.Number(typed); !ok || got != want {
			t.Errorf("%q = %q, %v; want %q", typed, got, ok, want)
		}
	}
	for _, typed := range []string{
		"", "555-0100", "0305550100", "5300550100", "+44 20 7946 0000", "530555010", "53055501000", "530-555-010a", "5305550100\x00", "５３０５５５０１００",
	} {
		if got, ok := textmessage.Number(typed); ok {
			t.Errorf("%q is taken for %q", typed, got)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://gateway.example/messages": true, "http://localhost:9000/m": true, "http://127.0.0.1:1": true,
		"http://gateway.example/messages": false, "": false, "gateway.example": false, "https://user:pw@gateway.example/": false, "ftp://localhost/": false,
	} {
		if err := textmessage.CheckAddress(address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}
