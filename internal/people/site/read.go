package site

import "familypact.example/portal/internal/platform/sheet"

// Limits of a list (security.md 18.1).
const (
	MaxBytes   = sheet.MaxBytes
	MaxRecords = sheet.MaxRecords
)

// columns are the names in the header of a list; their order is free.
var columns = []string{
	"npi", "site_id", "site_name", "provider_type", "sector", "street", "city", "zip", "county_code", "phone",
	"certifier_first_name", "certifier_last_name", "certifier_credential", "certifier_email", "enrolled_on",
}

// FileField is the name of the field in which a list is uploaded.
const FileField = sheet.FileField

// Problem is what is wrong with one field of one record of a list.
type Problem = sheet.Problem
