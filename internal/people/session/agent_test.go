package session_test

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/people/session"
)

func TestAgentOf(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]session.Agent{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36":                            "chrome windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0":              "edge windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1":    "safari ios",
		"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143.0 Mobile/15E148 Safari/604.1":              "chrome ios",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                      "safari macos",
		"Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36": "samsung android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                                     "firefox linux",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36":                             "chrome chromeos",
		"Mozilla/5.0 (Linux; x) Something": "" + " linux",
		"Firefox/145.0":                    "firefox",
		"curl/8.5.0":                       "",
		"":                                 "",
		strings.Repeat("x", 4000) + "Windows Chrome/":      "",
		"Chrome/1\r\nX-Injected: <script>Windows</script>": "chrome windows",
	} {
		if got := session.AgentOf(header); got != want {
			t.Errorf("%.60q: got %q, want %q", header, got, want)
		}
	}
}
