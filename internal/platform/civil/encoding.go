package civil

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// MarshalText writes the day as 2026-04-01 and the zero Date as nothing, in
// JSON "".
func (d Date) MarshalText() ([]byte, error) {
	if !d.IsZero() && !d.Valid() {
		return nil, fmt.Errorf("date %d-%d-%d is not a day of the calendar", d.Year, d.Month, d.Day)
	}
	return d.Append(nil), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	read, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = read
	return nil
}

// ScanDate reads a date column; NULL is the zero Date, and an infinite date is
// an error.
func (d *Date) ScanDate(v pgtype.Date) error {
	switch {
	case !v.Valid:
		*d = Date{}
	case v.InfinityModifier != pgtype.Finite:
		return fmt.Errorf("a date column holds %s", v.InfinityModifier)
	default:
		*d = fromUTC(v.Time)
	}
	return nil
}

// DateValue writes a date column; the zero Date is NULL.
func (d Date) DateValue() (pgtype.Date, error) {
	if d.IsZero() {
		return pgtype.Date{}, nil
	}
	return pgtype.Date{Time: d.UTC(), Valid: true}, nil
}

// Scan reads a date column through database/sql, as ScanDate does.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		*d = fromUTC(v)
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	default:
		return fmt.Errorf("a date cannot be read from %T", src)
	}
	return nil
}

// Value writes a date column through database/sql; the zero Date is NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.UTC(), nil
}
