package server

import "familypact.example/portal/internal/platform/authz"

// linkCodeTable lists what a clinic does so that a client joins the own account
// to the record, and what shows a hidden field of it (ux.md 3.4, 14.5).
func linkCodeTable(p Pages) []route {
	const record = "/provider/clients/{id}"
	return []route{
		get(record+"/link-code", authz.EnrollClients, p.LinkCodes.Show).again(),
		post(record+"/link-code", authz.EnrollClients, p.LinkCodes.Make).again(),
		post(record+"/link-code/revoke", authz.EnrollClients, p.LinkCodes.Revoke),
		get(record+"/reveal", authz.FindClients, p.Hidden.Show),
		post(record+"/reveal", authz.FindClients, p.Hidden.Reveal),
	}
}
