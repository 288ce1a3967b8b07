package session

import "familypact.example/portal/internal/platform/civil"

// Place is what must be known, at every request, of the site that somebody
// acts for and of their others.
type Place struct {
	Sites         int  // for how many the account may act
	Certifies     int  // how many of them it certifies
	Chosen        bool // one of them was chosen: the next sign-in asks no more
	Status        string
	UncertifiedOn civil.Date // first day without a certifier; zero: has one
}

// Unchosen reports whether somebody with several sites has still to choose.
func (p Place) Unchosen() bool { return p.Sites > 1 && !p.Chosen }

// place is Place as it is read.
type place struct {
	Sites         int
	Certifies     int
	Chosen        bool
	SiteStatus    string
	UncertifiedOn civil.Date
}

const placeColumns = `coalesce(c.sites, 0) AS sites, coalesce(c.certifies, 0) AS certifies, coalesce(c.chosen, false) AS chosen,
			coalesce(t.status, '') AS site_status, t.uncertified_on`

func (p place) state() Place {
	return Place{Sites: p.Sites, Certifies: p.Certifies, Chosen: p.Chosen, Status: p.SiteStatus, UncertifiedOn: p.UncertifiedOn}
}
