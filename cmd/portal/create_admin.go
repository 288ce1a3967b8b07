package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/secret"
)

// createAdminCmd makes the first OFP administrators, before there is anybody
// who could invite them (decisions 31).
type createAdminCmd struct {
	config.Config `embed:""`
	Name          string `help:"First and last name."`
	Email         string `help:"E-mail address."`
	Recover       bool   `help:"End the block of the sole administrator instead."`
}

// Run prints a code that is good for 24 hours. A repeat replaces it.
func (c createAdminCmd) Run(ctx context.Context) error {
	a, err := app.New(ctx, c.Config, app.NewLog(c.Config))
	if err != nil {
		return err
	}
	defer a.Close()
	if c.Recover {
		if err := a.Codes.RecoverSoleAdmin(ctx); err != nil {
			return err
		}
		fmt.Println("The sole administrator is no longer blocked.")
		return nil
	}
	first, last, ok := strings.Cut(strings.TrimSpace(c.Name), " ")
	if !ok || c.Email == "" {
		return errors.New("--name FIRST LAST and --email ADDRESS say who it is for")
	}
	code, end, err := a.Codes.FirstAdmin(ctx, membership.Invitee{FirstName: first, LastName: strings.TrimSpace(last), Email: c.Email})
	if err != nil {
		return err
	}
	fmt.Printf("Access code for %s, valid until %s:\n\n  %s\n\nEnter it with the e-mail address at %s/create-account\n",
		c.Email, locale.Clock(ctx, end), secret.FormatCode(code), c.BaseURL)
	return nil
}
