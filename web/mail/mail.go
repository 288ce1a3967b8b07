// Package mail has the bodies of the portal's mails, one in a file named for
// the key of its message. A body is HTML without pictures, and its text part
// is taken from it, so both say the same. Each file says which values whoever
// queues the message gives.
//
// Mails to clients (Letter.Client) are of safe class A (ux.md 15.1): no
// program, no clinic, no name. The rest may name the portal and a site, never
// a client.
package mail

import (
	"strings"

	"familypact.example/portal/internal/platform/locale"
)

// Letter is what a body is made from.
type Letter struct {
	Values map[string]string // by the names that each file lists
	Client bool              // goes to a client: class A
	Base   string            // address of the portal for links, without a slash at its end
}

// Addresses of those who answer, beside the phones in ui.
const (
	ofpEmail      = "providerservices@dhcs.ca.gov"
	trainingEmail = "OFPprovidertrainings@dhcs.ca.gov"
)

// value returns a value of the letter, empty when it was not given.
func (l Letter) value(name string) string { return l.Values[name] }

// link returns the address of a page. Links carry nothing that identifies
// anybody (security.md 3.6, 15.5).
func (l Letter) link(language locale.Language, path string) string {
	return strings.TrimSuffix(l.Base, "/") + language.Prefix() + path
}
