// Package enrollment makes determinations and certified periods. Certifying an
// application decides it, gives the HAP number and starts the period in one
// act, or keeps why the person does not qualify, or does nothing at all when
// there is no determination to be made.
package enrollment

import (
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/notice"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// The faults of this package.
var (
	ErrBlocked      = fault.New(fault.Invalid, locale.EnrollmentBlocked)
	ErrActive       = fault.New(fault.Conflict, locale.EnrollmentActive)
	ErrColleague    = fault.New(fault.Forbidden, locale.EnrollmentColleague)
	ErrUndisclosed  = fault.New(fault.Invalid, locale.EnrollmentUndisclosed)
	ErrUnidentified = fault.New(fault.Conflict, locale.EnrollmentUnidentified)
	ErrNotAgreed    = fault.InvalidField("agree", locale.CertifyAgreeMissing)
)

// Statement is what the certifier declares.
const Statement = locale.CertifyStatement

// AidCode is the code that an active client is eligible under (policy: hap id
// p3).
const AidCode = notice.AidCode

// Service certifies.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// Review is an application with what would come of it now. Nothing of it is
// stored.
type Review struct {
	Application application.Application
	Decision    eligibility.Decision
	SameName    bool // the certifier has the applicant's name: a colleague must certify
	Active      *Active
	Possible    bool // there is a record that may be the client's, and nobody has said whether it is
}

// Active is the record of an applicant who is enrolled already.
type Active struct {
	Client uuid.UUID
	Own    bool // the site may look at the record today
	EndsOn civil.Date
}

// Certification is the certifier's form: which version of the answers was
// reviewed, and the box that is the signature.
type Certification struct {
	Version int
	Agreed  bool
}

// Determination is what was decided about an application.
type Determination struct {
	ID        uuid.UUID
	ClientID  uuid.UUID
	Action    application.Action
	Eligible  bool
	Decision  eligibility.Decision
	DecidedOn civil.Date
	DecidedAt time.Time
	SiteName  string
	Certifier string
	Statement locale.Key
}

// Period is one certified period of a client.
type Period struct {
	StartsOn           civil.Date
	EndsOn             civil.Date
	FollowedOn         civil.Date // start of the next one; zero: the latest
	DiscontinuedOn     civil.Date
	DiscontinuedSealed []byte `db:"discontinuation_sealed"`
	ID                 uuid.UUID
	SiteName           string
	Code               eligibility.DeactivationCode `db:"-"`
}

// Result is what came of an application.
type Result struct {
	Application   application.Application
	Determination Determination
	Client        client.Record
}

// History is a record with everything that was decided about it, newest first.
type History struct {
	Client         client.Record
	Determinations []Determination
	Periods        []Period
	Months         []Month // before the first certification, the earliest first
}

func subject(id uuid.UUID) string { return "enrollment:" + id.String() }
