package main

import (
	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/office/demo"
)

// seedOf fills the training database through the services of the portal.
func seedOf(a *app.App, owner *demo.Owner) demo.Seed {
	return demo.Seed{
		Owner: owner, DB: a.DB, Ring: a.Ring,
		Sites: a.Sites, Codes: a.Codes, Setups: a.Setups, Passcodes: a.Passcodes, Accounts: a.Accounts,
		Clients: a.Clients, Applications: a.Applications, Enrollments: a.Enrollments,
	}
}
