package server

import "familypact.example/portal/internal/platform/authz"

// careTable lists the public pages for people who look for care.
func careTable(p Pages) []route {
	return []route{
		get("/about", authz.Open, p.Public.ShowAbout),
		get("/check", authz.Open, p.Public.ShowCheck),
		get("/check/need", authz.Open, p.Public.RestartCheck),
		post("/check/need", authz.Open, p.Public.CheckNeed),
		get("/check/household", authz.Open, p.Public.RestartCheck),
		post("/check/household", authz.Open, p.Public.CheckHousehold),
		get("/check/coverage", authz.Open, p.Public.RestartCheck),
		post("/check/coverage", authz.Open, p.Public.CheckCoverage),
		get("/check/result", authz.Open, p.Public.RestartCheck),
		post("/check/result", authz.Open, p.Public.CheckResult),
		get("/apply", authz.Open, p.Public.ShowApply),
		get("/find-care", authz.Open, p.Public.ShowFind),
		post("/find-care", authz.Open, p.Public.Find),
		get("/how-to-use", authz.Open, p.Public.ShowHowToUse),
		get("/rights", authz.Open, p.Public.ShowRights),
		get("/rights/hearing", authz.Open, p.Public.ShowHearing),
		get("/forms", authz.Open, p.Public.ShowForms),
		get("/forms/cec", authz.Open, p.Clients.ShowBlankForm),
		get("/forms/cec/pdf", authz.Open, p.Clients.SaveBlankForm),
		get("/forms/rec", authz.Open, p.Clients.ShowBlankRec),
		get("/forms/rec/pdf", authz.Open, p.Clients.SaveBlankRec),
		get("/sitemap", authz.Open, p.Public.ShowSitemap),
	}
}
