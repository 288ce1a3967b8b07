package eligibility

import (
	"slices"

	"familypact.example/portal/internal/platform/civil"
)

// Facts are what is known about one person on one day. The zero value of a
// field, or nil, means that it was not given. The names in the tags are those
// of the columns of a file of facts and of Decision.Missing.
type Facts struct {
	Action               Action          `json:"action,omitempty"`
	DeterminationDate    civil.Date      `json:"determination_date,omitzero"` // RETRO_MONTH: the last day of the month
	EntryDate            civil.Date      `json:"entry_date,omitzero"`         // the day of keying; an approved override passes the approved date
	Modality             Modality        `json:"modality,omitempty"`
	CertifierIsApplicant YesNo           `json:"certifier_is_applicant,omitempty"`
	SiteStatus           SiteStatus      `json:"site_status,omitempty"`
	CurrentStatus        Status          `json:"current_status,omitempty"` // on file before this action
	ClientSignature      ClientSignature `json:"client_signature,omitempty"`
	CertifierSignature   YesNo           `json:"certifier_signature,omitempty"`

	CAResident          YesNo              `json:"ca_resident,omitempty"`
	CountyCode          string             `json:"county_code,omitempty"` // 01 to 58, or 99
	InPublicInstitution YesNo              `json:"in_public_institution,omitempty"`
	DateOfBirth         civil.Date         `json:"date_of_birth,omitzero"`
	Pregnancy           Pregnancy          `json:"pregnancy,omitempty"`
	ReproductiveStatus  ReproductiveStatus `json:"reproductive_status,omitempty"`
	SterilizationDate   civil.Date         `json:"sterilization_date,omitzero"`
	PostOpReleaseDate   civil.Date         `json:"post_op_release_date,omitzero"`

	MediCalStatus   MediCalStatus `json:"medi_cal_status,omitempty"`
	OHCStatus       OHCStatus     `json:"ohc_status,omitempty"`
	OHCCost         OHCCost       `json:"ohc_cost,omitempty"`
	Student         YesNo         `json:"student,omitempty"`
	BarrierToAccess YesNo         `json:"barrier_to_access,omitempty"`

	FamilySize           *int       `json:"family_size,omitempty"`
	MonthlyTaxableIncome *Cents     `json:"monthly_taxable_income,omitempty"`
	SSNStatus            SSNStatus  `json:"ssn_status,omitempty"`
	AffirmedAtVisit      YesNo      `json:"affirmed_at_visit,omitempty"`
	CurrentPeriodStart   civil.Date `json:"current_period_start,omitzero"`

	// The household, from which family size and income are computed.
	SpouseInHome            YesNo   `json:"spouse_in_home,omitempty"` // after the rules on marital status
	OwnMinorChildren        *int    `json:"own_minor_children,omitempty"`
	TaxRole                 TaxRole `json:"tax_role,omitempty"`
	OwnTaxDependents        *int    `json:"own_tax_dependents,omitempty"`        // without the spouse
	ClaimingFilers          *int    `json:"claiming_filers,omitempty"`           // 1 or 2
	ClaimingOtherDependents *int    `json:"claiming_other_dependents,omitempty"` // without the applicant
	IncomeSelf              *Cents  `json:"income_self,omitempty"`
	IncomeSpouse            *Cents  `json:"income_spouse,omitempty"`
	IncomeParents           *Cents  `json:"income_parents,omitempty"` // of the claiming parents
	IncomeChildren          *Cents  `json:"income_children,omitempty"`
	IncomeDependents        *Cents  `json:"income_dependents,omitempty"`
}

// Bounds that keep the arithmetic in range; no household reaches them.
const (
	MaxPeople       = 9_999
	MaxMoney  Cents = 999_999_999_99
)

// CountyUnknown is the county code for an unknown county.
const CountyUnknown = "99"

// YesNo is an answer to a question of yes or no.
type YesNo string

// The answers.
const (
	Yes YesNo = "Y"
	No  YesNo = "N"
)

// Action is what the decision is for.
type Action string

// The actions.
const (
	ActionNew        Action = "NEW"
	ActionRecertify  Action = "RECERTIFY"
	ActionReaffirm   Action = "REAFFIRM"
	ActionRetroMonth Action = "RETRO_MONTH"
)

// Modality is how client and provider meet.
type Modality string

// The modalities.
const (
	InPerson  Modality = "IN_PERSON"
	SyncVideo Modality = "SYNC_VIDEO"
	SyncAudio Modality = "SYNC_AUDIO"
	Async     Modality = "ASYNC"
)

// SiteStatus is the standing of the place that certifies.
type SiteStatus string

// The standings of a site.
const (
	SiteEnrolled    SiteStatus = "ENROLLED"
	SiteNotEnrolled SiteStatus = "NOT_ENROLLED"
	SitePharmacy    SiteStatus = "PHARMACY"
	SiteLaboratory  SiteStatus = "LABORATORY"
	SiteOffSite     SiteStatus = "OFF_SITE"
)

// Status is the enrollment on file before the action.
type Status string

// The states of the enrollment on file.
const (
	StatusNone        Status = "NONE"
	StatusActive      Status = "ACTIVE"
	StatusExpired     Status = "EXPIRED"
	StatusDeactivated Status = "DEACTIVATED"
)

// ClientSignature is how the client signed.
type ClientSignature string

// The ways to sign. A recorded oral signature is for remote certification only.
const (
	SignedWritten    ClientSignature = "WRITTEN"
	SignedElectronic ClientSignature = "ELECTRONIC"
	SignedOral       ClientSignature = "ORAL_RECORDED"
	SignedNot        ClientSignature = "NONE"
)

// Pregnancy is what is known of a pregnancy.
type Pregnancy string

// The answers about pregnancy. A suspected one does not block enrollment.
const (
	NotPregnant        Pregnancy = "NOT_PREGNANT"
	PregnancySuspected Pregnancy = "SUSPECTED"
	PregnancyConfirmed Pregnancy = "CONFIRMED"
)

// ReproductiveStatus says whether the person can become, or make, pregnant.
type ReproductiveStatus string

// The reproductive states.
const (
	Capable           ReproductiveStatus = "CAPABLE"
	PostSterilization ReproductiveStatus = "POST_STERILIZATION"
	NotCapable        ReproductiveStatus = "NOT_CAPABLE"
)

// MediCalStatus is the person's Medi-Cal on the day.
type MediCalStatus string

// The kinds of Medi-Cal. SOC is the Share of Cost, FP family planning.
const (
	MediCalNone        MediCalStatus = "NONE"
	MediCalFullScope   MediCalStatus = "FULL_SCOPE_NO_SOC"
	MediCalSOCUnmet    MediCalStatus = "SOC_UNMET"
	MediCalSOCMet      MediCalStatus = "SOC_MET"
	MediCalLimitedNoFP MediCalStatus = "LIMITED_NO_FP"
	MediCalLimitedFP   MediCalStatus = "LIMITED_WITH_FP"
	MediCalManagedCare MediCalStatus = "MANAGED_CARE"
)

// OHCStatus is the person's other health coverage on the day.
type OHCStatus string

// The kinds of other health coverage.
const (
	OHCNone           OHCStatus = "NONE"
	OHCCovers         OHCStatus = "COVERS_CONTRACEPTION"
	OHCLacksMethod    OHCStatus = "LACKS_SPECIFIC_METHOD"
	OHCWithoutMethods OHCStatus = "NO_CONTRACEPTION"
)

// OHCCost is what the other health coverage leaves to the person.
type OHCCost string

// The costs.
const (
	CostNone            OHCCost = "NONE"
	CostCopayOnly       OHCCost = "COPAY_ONLY"
	CostDeductibleUnmet OHCCost = "DEDUCTIBLE_UNMET"
	CostDeductibleMet   OHCCost = "DEDUCTIBLE_MET"
)

// SSNStatus says that the Social Security number was given, or why not. It is
// asked for and never decides.
type SSNStatus string

// The answers about the Social Security number.
const (
	SSNProvided SSNStatus = "PROVIDED"
	SSNUnknown  SSNStatus = "01"
	SSNHasNone  SSNStatus = "02"
	SSNDeclined SSNStatus = "03"
)

// TaxRole is the person's place on a tax return.
type TaxRole string

// The places on a tax return.
const (
	TaxFiler             TaxRole = "FILER"
	TaxNonFiler          TaxRole = "NON_FILER"
	TaxDependentOfParent TaxRole = "DEPENDENT_OF_PARENT"
	TaxDependentOfSpouse TaxRole = "DEPENDENT_OF_SPOUSE"
	TaxDependentOfOther  TaxRole = "DEPENDENT_OF_OTHER"
)

// The known values of each answer, in the order of the published list.
var (
	YesNoValues              = []YesNo{Yes, No}
	ActionValues             = []Action{ActionNew, ActionRecertify, ActionReaffirm, ActionRetroMonth}
	ModalityValues           = []Modality{InPerson, SyncVideo, SyncAudio, Async}
	SiteStatusValues         = []SiteStatus{SiteEnrolled, SiteNotEnrolled, SitePharmacy, SiteLaboratory, SiteOffSite}
	StatusValues             = []Status{StatusNone, StatusActive, StatusExpired, StatusDeactivated}
	ClientSignatureValues    = []ClientSignature{SignedWritten, SignedElectronic, SignedOral, SignedNot}
	PregnancyValues          = []Pregnancy{NotPregnant, PregnancySuspected, PregnancyConfirmed}
	ReproductiveStatusValues = []ReproductiveStatus{Capable, PostSterilization, NotCapable}
	MediCalStatusValues      = []MediCalStatus{
		MediCalNone, MediCalFullScope, MediCalSOCUnmet, MediCalSOCMet, MediCalLimitedNoFP, MediCalLimitedFP, MediCalManagedCare,
	}
	OHCStatusValues = []OHCStatus{OHCNone, OHCCovers, OHCLacksMethod, OHCWithoutMethods}
	OHCCostValues   = []OHCCost{CostNone, CostCopayOnly, CostDeductibleUnmet, CostDeductibleMet}
	SSNStatusValues = []SSNStatus{SSNProvided, SSNUnknown, SSNHasNone, SSNDeclined}
	TaxRoleValues   = []TaxRole{TaxFiler, TaxNonFiler, TaxDependentOfParent, TaxDependentOfSpouse, TaxDependentOfOther}
)

// KnownCounty reports whether code is one that a residence can have: 01 to 58,
// or 99 for unknown.
func KnownCounty(code string) bool {
	if code == CountyUnknown {
		return true
	}
	return len(code) == 2 && code >= "01" && code <= "58" && code[1] >= '0' && code[1] <= '9'
}

func known[T comparable](v T, values []T) bool { return slices.Contains(values, v) }

func given(c *Cents) bool { return c != nil && *c >= 0 && *c <= MaxMoney }

func counted(n *int) bool { return n != nil && *n >= 0 && *n <= MaxPeople }

func (f *Facts) familySizeGiven() bool { return counted(f.FamilySize) && *f.FamilySize >= 1 }
