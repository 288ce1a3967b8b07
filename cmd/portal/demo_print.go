package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
)

// introduce prints where the training copy is and who can sign in.
func (t *training) introduce(ctx context.Context, a *app.App, invitation *demo.Invitation) error {
	clock, err := a.Demo.Clock(ctx)
	if err != nil {
		return err
	}
	workers, err := a.Demo.Workers(ctx)
	if err != nil {
		return err
	}
	base := t.cfg.BaseURL
	fmt.Println()
	fmt.Println("The training copy is at", base)
	if t.moved {
		fmt.Printf("(port %s is taken, so it is on another)\n", usualPort)
	}
	fmt.Printf("In the portal it is %s, Pacific. Everybody in it is invented.\n\n", locale.Stamp(ctx, clock.Portal))
	if err := printWorkers(os.Stdout, workers); err != nil {
		return err
	}
	if invitation != nil {
		if err := t.printInvitation(ctx, *invitation); err != nil {
			return err
		}
	}
	fmt.Println("Passcodes, sign-in with one click, clock, beginning anew:", base+"/demo")
	if t.cfg.MailDir != "" {
		fmt.Println("Mail:                                                    ", base+"/demo/mail")
	} else {
		fmt.Println("Mail goes to the mail server of PORTAL_SMTP_URL.")
	}
	fmt.Println("Ctrl-C stops everything and keeps the data.")
	fmt.Println()
	return nil
}

// printWorkers prints the people who can sign in, in a table.
func printWorkers(out io.Writer, workers []demo.Worker) error {
	if len(workers) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 8, 3, ' ', 0)
	_, _ = fmt.Fprintln(w, "WHO\tWORKS AS\tUSER NAME\tPASSWORD\tPASSCODE")
	for _, p := range workers {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Name, works(p), p.Username, password(p), passcodeOf(p))
	}
	_, _ = fmt.Fprintln(w)
	return w.Flush()
}

func works(p demo.Worker) string {
	switch p.Role {
	case authz.OFP:
		return "OFP administrator"
	case authz.Desk:
		return "service desk"
	case authz.Certifier:
		return "certifier, " + p.SiteName
	case authz.Staff:
		return "staff, " + p.SiteName
	case authz.Client:
		return "client"
	}
	return "no access"
}

func password(p demo.Worker) string {
	if p.Password == "" {
		return "(as chosen)"
	}
	return p.Password
}

func passcodeOf(p demo.Worker) string {
	if p.Passcode.Channel == account.App {
		return "app: see /demo"
	}
	return "by mail"
}

// printInvitation prints the way in for the first administrator, and puts the
// list of sites where it can be uploaded from.
func (t *training) printInvitation(ctx context.Context, i demo.Invitation) error {
	sites := filepath.Join(t.dir, "sites.csv")
	if err := os.WriteFile(sites, demo.Sites, 0o644); err != nil { //nolint:gosec // the list is for whoever plays
		return fmt.Errorf("write the list of sites: %w", err)
	}
	fmt.Println("You are the first administrator of the program office. Create your account at")
	fmt.Println()
	fmt.Println("   ", t.cfg.BaseURL+"/create-account")
	fmt.Println("    E-mail       ", i.Email)
	fmt.Println("    Access code  ", i.Code)
	fmt.Println("    Good until   ", locale.Clock(ctx, i.Until))
	fmt.Println()
	fmt.Println("Then import the list of sites", sites, "and send the launch mailing.")
	fmt.Println()
	return nil
}
