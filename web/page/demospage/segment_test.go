package demospage

import (
	"strings"
	"testing"
)

func TestOnlyOwnAddressesAreLinks(t *testing.T) {
	base := "http://localhost:8080"
	for _, tt := range []struct{ text, want string }{
		{"Go to http://localhost:8080/create-account.", "/create-account"},
		{"(http://localhost:8080/es/sign-in)", "/es/sign-in"},
		{"http://localhost:8080/a and http://localhost:8080/b", "/a /b"},
		{"http://evil.example/x", ""},
		{"http://localhost:8080.evil.example/x", ""},
		{"http://localhost:8080@evil.example/x", ""},
		{"http://localhost:80801/x", ""},
		{"http://localhost:8080//evil.example", ""},
		{`http://localhost:8080/\evil.example`, ""},
		{"javascript:alert(1) http://localhost:8080", ""},
		{"", ""},
	} {
		var links []string
		whole := ""
		for _, s := range segments(tt.text, base) {
			whole += s.Text
			if s.Href != "" {
				links = append(links, s.Href)
			}
		}
		if got := strings.Join(links, " "); got != tt.want || whole != tt.text {
			t.Errorf("%q: links %q, text %q; want %q", tt.text, got, whole, tt.want)
		}
	}
	if s := segments("http://x.example/", ""); len(s) != 1 {
		t.Errorf("without a base: %v", s)
	}
}

func TestTextKeepsItsLines(t *testing.T) {
	var b strings.Builder
	text := "Hello,\n\n  indented\nhttp://localhost:8080/x\nbye"
	if err := mailText(segments(text, "http://localhost:8080")).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(text, "http://localhost:8080/x", `<a class="govuk-link" href="/x">http://localhost:8080/x</a>`, 1)
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
