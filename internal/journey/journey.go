// Package journey has the journeys: the whole portal on a database with
// nothing in it, used in a browser and over real mail the way people use it,
// from the first administrator to a client whose HAP number is active. It has
// tests only.
package journey
