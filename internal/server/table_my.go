package server

import (
	"slices"

	"familypact.example/portal/internal/platform/authz"
)

// myTable lists the client's own home, privacy and account. The ways to reach a
// client have a page each.
func myTable(p Pages) []route {
	routes := []route{
		get("/my", authz.OwnRecord, p.My.ShowHome),
		get("/my/privacy", authz.OwnRecord, p.My.ShowPrivacy),
		get("/my/privacy/access", authz.OwnRecord, p.My.ShowAccess),
		get("/my/privacy/close", authz.OwnRecord, p.My.ShowClose).again(),
		post("/my/privacy/close", authz.OwnRecord, p.My.Close).again(),
	}
	for _, way := range []string{"email", "text", "phone", "mail"} {
		routes = append(routes,
			get("/my/privacy/"+way, authz.OwnRecord, p.My.ShowWay),
			post("/my/privacy/"+way, authz.OwnRecord, p.My.SetWay))
	}
	return slices.Concat(routes, accountTable(p, "/my/account", authz.OwnRecord), backTable(p, "/my/account", authz.OwnRecord))
}
