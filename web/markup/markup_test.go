package markup

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	page := func(body string) string {
		return `<!DOCTYPE html><html lang="en"><head><title>T</title></head><body><main><h1>T</h1>` + body + `</main></body></html>`
	}
	tests := []struct{ name, page, want string }{
		{"all is well", page(`<label for="a">A</label><input id="a"><h2>B</h2>`), ""},
		{"id twice", page(`<p id="a"></p><p id="a"></p>`), `id "a" stands 2 times`},
		{"id missing", page(`<p aria-describedby="b">x</p>`), `the id "b"`},
		{"level skipped", page(`<h3>x</h3>`), "level 3 after 1"},
		{"two headings of level 1", page(`<h1>x</h1>`), "2 headings of level 1"},
		{"no label", page(`<input name="q">`), `field "q"`},
		{"style", page(`<p style="color:red">x</p>`), "style attribute"},
		{"inline script", page(`<script>x</script>`), "inline script"},
		{"other host", page(`<img alt="" src="https://example.com/a.png">`), "leads to"},
		{"text outside", `<html><body>loose<main><h1>T</h1></main></body></html>`, "outside of landmarks"},
		{"link without words", page(`<a href="/"></a>`), "without words"},
		{"else among attributes", page(`<p else="">x</p>`), "stray word"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(Check(tt.page), "; ")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("Check = %q, want %q", got, tt.want)
			}
		})
	}
}
