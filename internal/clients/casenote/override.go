package casenote

import "familypact.example/portal/internal/platform/locale"

// The notes about a request to move the first day of a period.
const (
	OverrideAsked    = locale.NoteOverrideAsked    // From, To
	OverrideApproved = locale.NoteOverrideApproved // From, To
	OverrideDenied   = locale.NoteOverrideDenied   // From, To
	OverrideReturned = locale.NoteOverrideReturned // From, To
)
