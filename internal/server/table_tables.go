package server

import "familypact.example/portal/internal/platform/authz"

// incomeTable lists the pages of the income tables (ux.md 3.5).
func incomeTable(p Pages) []route {
	const one = "/ofp/tables/{id}"
	return []route{
		get("/ofp/tables", authz.ManageSettings, p.Tables.ShowList),
		get("/ofp/tables/new", authz.ManageSettings, p.Tables.ShowNew),
		post("/ofp/tables/new", authz.ManageSettings, p.Tables.Add).keeps(),
		get("/ofp/tables/import", authz.ManageSettings, p.Tables.ShowUpload).again(),
		post("/ofp/tables/import", authz.ManageSettings, p.Tables.Upload).again().withFile(),
		get("/ofp/tables/import/{id}", authz.ManageSettings, p.Tables.ShowCheck).again(),
		post("/ofp/tables/import/{id}", authz.ManageSettings, p.Tables.Apply).again(),
		post("/ofp/tables/import/{id}/give-up", authz.ManageSettings, p.Tables.GiveUp),
		get("/ofp/tables/import/{id}/problems.csv", authz.ManageSettings, p.Tables.ShowProblems),
		get(one, authz.ManageSettings, p.Tables.Show),
		get(one+"/dates", authz.ManageSettings, p.Tables.ShowDates),
		post(one+"/dates", authz.ManageSettings, p.Tables.Move),
		get(one+"/publish", authz.ManageSettings, p.Tables.ShowPublish).again(),
		post(one+"/publish", authz.ManageSettings, p.Tables.Publish).again(),
		get(one+"/withdraw", authz.ManageSettings, p.Tables.ShowWithdraw).again(),
		post(one+"/withdraw", authz.ManageSettings, p.Tables.Withdraw).again(),
	}
}
