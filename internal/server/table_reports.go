package server

import "familypact.example/portal/internal/platform/authz"

// reportTable lists the reports of a site (ux.md 3.4).
func reportTable(p Pages) []route {
	const base = "/provider/reports"
	return []route{
		get(base, authz.FindClients, p.Reports.ShowList),
		get(base+"/{name}", authz.FindClients, p.Reports.Show),
		get(base+"/{name}/figures.csv", authz.FindClients, p.Reports.Save),
	}
}
