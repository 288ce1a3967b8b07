package setting

import "familypact.example/portal/internal/platform/postgres"

// Later is every changed parameter, asked for together with other queries.
// Values holds once they have been sent.
type Later struct{ rows []named }

// Add adds the question to others.
func (l *Later) Add(r *postgres.Batch) {
	postgres.QueueAll(r, &l.rows, `SELECT DISTINCT ON (name) name, value FROM setting ORDER BY name, id DESC`)
}

// Values returns what was read, like Read.
func (l *Later) Values() Values { return byName(l.rows) }
