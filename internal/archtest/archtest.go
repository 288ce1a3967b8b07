// Package archtest holds the rules that the source of the portal keeps and that
// no compiler checks: which package may import which, calls that are forbidden,
// texts that belong into the catalogue, what may lie at the top of the
// repository. It has tests only.
package archtest
