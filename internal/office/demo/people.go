package demo

import "familypact.example/portal/internal/people/account"

// Person is one of the invented people who can sign in to the training copy. Whoever
// is at a site has its code; a certifier's name and e-mail are those of the
// list of sites.
type Person struct {
	Username  string
	Password  string
	Site      string // code of the site; empty: the program office, or the desk
	Desk      bool
	Client    bool // with an account of their own; the record is found by the name
	Certifier bool
	Further   []string // codes of other sites that a certifier answers for
	FirstName string   // not of a certifier
	LastName  string
	Email     string
	Channel   account.Channel
}

// People lists the people who are there at the start, in the order in which
// they are shown. Their passwords are public: they open nothing but a copy in
// which everybody is invented.
var People = []Person{
	{Username: "ofp.alma", Password: "copper lantern by the pier", FirstName: "Alma", LastName: "Ríos", Email: "alma.rios@ofp.example", Channel: account.App},
	{Username: "ofp.teo", Password: "seven herons over the delta", FirstName: "Teo", LastName: "Lindqvist", Email: "teo.lindqvist@ofp.example", Channel: account.App},
	{Username: "desk.imani", Password: "lighthouse stairs in winter", Desk: true, FirstName: "Imani", LastName: "Okoro", Email: "imani.okoro@desk.example", Channel: account.App},
	{Username: "desk.pavel", Password: "chess game at the ferry", Desk: true, FirstName: "Pavel", LastName: "Sandoval", Email: "pavel.sandoval@desk.example", Channel: account.App},
	{Username: "downey.lead", Password: "orange blossom after rain", Site: "S00007", Certifier: true, Channel: account.App},
	{Username: "downey.desk", Password: "quiet bicycle up the hill", Site: "S00007", FirstName: "Marisol", LastName: "Tran", Email: "marisol.tran@clinic0007.example", Channel: account.Email},
	{Username: "downey.nurse", Password: "paper boats on a blue pond", Site: "S00007", FirstName: "Joaquín", LastName: "Bell", Email: "joaquin.bell@clinic0007.example", Channel: account.App},
	{Username: "palermo.lead", Password: "granite steps to the orchard", Site: "S00010", Certifier: true, Further: []string{"S00014", "S00036"}, Channel: account.App},
	{Username: "palermo.desk", Password: "warm bread at six o'clock", Site: "S00010", FirstName: "Itzel", LastName: "Moreau", Email: "itzel.moreau@clinic0010.example", Channel: account.Email},
	{Username: "burbank.lead", Password: "violin lessons in the attic", Site: "S00022", Certifier: true, Channel: account.Email},
	{Username: "burbank.desk", Password: "green umbrella on the bus", Site: "S00022", FirstName: "Noor", LastName: "Castellanos", Email: "noor.castellanos@clinic0022.example", Channel: account.Email},
	{Username: "maya.f", Password: "nine kites over the beach", Client: true, FirstName: "Maya", LastName: "Ferreira", Channel: account.App},
	{Username: "lucero.b", Password: "canela y tambor de lluvia", Client: true, FirstName: "Lucero", LastName: "Banda", Email: "lucero.banda@mail.example", Channel: account.Email},
}

// passwordOf returns the password of one of the people, and "" for anybody
// else.
func passwordOf(username string) string {
	for _, p := range People {
		if p.Username == username {
			return p.Password
		}
	}
	return ""
}
