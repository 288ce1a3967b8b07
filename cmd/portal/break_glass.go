package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// breakGlassCmd keeps the sealed administrator account for emergencies
// (security.md 16.6). It opens nothing by itself: it asks, an administrator
// confirms on a page, and sixty minutes later the seal is whole again.
//
// How the person who uses the account proves who they are is decided once, when
// it is made: with the code that --create prints, somebody chooses the password
// and sets up the authenticator app on the pages that everybody uses, and both
// go into a sealed envelope. So the command knows no secret, nothing is kept on
// the host, and whoever has only the host, or only the envelope, opens nothing.
type breakGlassCmd struct {
	config.Config  `embed:""`
	Create         bool   `help:"Make the account, or a new code while nobody has made it."`
	Enable         bool   `help:"Ask to open the account for 60 minutes."`
	PrivacyOfficer string `help:"Address of the privacy officer, who is written to when the account is asked for and opened."`
	Name           string `help:"With --create: first and last name of the account."`
	Email          string `help:"With --create: e-mail address of the account."`
	Reason         string `help:"With --enable: why."`
}

var errBreakGlass = errors.New("say one of --create, --enable, --privacy-officer ADDRESS")

// Run does the one thing that it is asked for.
func (c breakGlassCmd) Run(ctx context.Context) error {
	asked := 0
	for _, this := range []bool{c.Create, c.Enable, c.PrivacyOfficer != ""} {
		if this {
			asked++
		}
	}
	if asked != 1 {
		return errBreakGlass
	}
	a, err := app.New(ctx, c.Config, app.NewLog(c.Config))
	if err != nil {
		return err
	}
	defer a.Close()
	switch {
	case c.Create:
		return c.create(ctx, a)
	case c.Enable:
		return c.enable(ctx, a)
	}
	return c.setOfficer(ctx, a)
}

func (c breakGlassCmd) create(ctx context.Context, a *app.App) error {
	first, last, ok := strings.Cut(strings.TrimSpace(c.Name), " ")
	if !ok || c.Email == "" {
		return errors.New("--name FIRST LAST and --email ADDRESS say what the account is called")
	}
	code, end, err := a.Office.MakeSealed(ctx, membership.Invitee{FirstName: first, LastName: strings.TrimSpace(last), Email: c.Email})
	if err != nil {
		return err
	}
	fmt.Printf("Access code of the break-glass account, shown once, valid until %s:\n\n  %s\n\n", locale.Clock(ctx, end), secret.FormatCode(code))
	fmt.Printf("1. Enter it with the e-mail address %s at %s/create-account\n", c.Email, c.BaseURL)
	fmt.Println("2. Sign in once and set up the authenticator app. The account is sealed at the next click.")
	fmt.Println("3. Put the password, the secret of the authenticator and the recovery codes into a sealed envelope.")
	return nil
}

func (c breakGlassCmd) enable(ctx context.Context, a *app.App) error {
	if _, err := a.Office.AskOpen(ctx, c.Reason); err != nil {
		return err
	}
	fmt.Printf("Asked. An OFP administrator confirms it at %s/ofp/people/requests within %d minutes.\n", c.BaseURL, int(approval.Hurry.Minutes()))
	fmt.Println("Then the account is open for 60 minutes. Every administrator and the privacy officer have been written to.")
	return nil
}

func (c breakGlassCmd) setOfficer(ctx context.Context, a *app.App) error {
	err := a.DB.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		return setting.PrivacyOfficer.SetTx(ctx, tx, authz.SystemActor, c.PrivacyOfficer, "portal break-glass")
	})
	if err != nil {
		return err
	}
	fmt.Println("The privacy officer is written to at", c.PrivacyOfficer)
	return nil
}
