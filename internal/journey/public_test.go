package journey

import (
	"strings"

	"familypact.example/portal/web/page/publicpage"
)

// publicPages looks at what everybody can see, in both languages.
func (p *portal) publicPages() {
	p.Helper()
	w := p.person("Nia", "Nobody", "nia@nowhere.example")
	for _, path := range append(publicpage.Paths(), "/sign-in", "/password/forgot",
		"/password/code", "/create-account", "/create-account/code", "/session/expired",
		"/sign-in/blocked", "/sign-in/disabled", "/sign-in/disabled/office", "/sign-out") {
		w.at(path)
		w.found(path, 200)
		w.look("public" + strings.ReplaceAll(strings.TrimSuffix(path, "/"), "/", "-"))
		w.at("/es" + strings.TrimSuffix(path, "/"))
		w.found("/es"+strings.TrimSuffix(path, "/"), 200)
		w.look("publico" + strings.ReplaceAll(strings.TrimSuffix(path, "/"), "/", "-"))
	}
	w.at("/no-such-page")
	w.found("/no-such-page", 404)
	w.look("not-found")
	for _, path := range []string{"/ofp", "/provider/access", "/ofp/sites"} {
		w.at(path)
		w.found("/sign-in", 200)
	}
}
