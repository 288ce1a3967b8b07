package account

// NewOutdatedHasher returns a hasher like NewTestHasher with parameters of
// another day.
func NewOutdatedHasher() *Hasher {
	h, err := build(Params{Memory: 32, Time: 1, Threads: 1}, Peppers{{ID: 1, Key: make([]byte, minPepper)}})
	if err != nil {
		panic(err)
	}
	return h
}
