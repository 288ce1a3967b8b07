package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"syscall"
	"time"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/office/demo"
)

// demoCmd runs the training copy: a private database unless one is named, the
// invented people and their records, mail in a folder.
type demoCmd struct {
	config.Config `embed:""`
	devdbDir
	Empty bool `help:"Begin on the eve of the launch with nothing but an administrator's access code."`
}

// usualAddr and usualBase are the defaults of the settings: only they give way
// to what is free.
const (
	usualPort = "8080"
	usualAddr = "localhost:" + usualPort
	usualBase = "http://" + usualAddr
)

// Run makes whatever is missing, says who can sign in, and serves until a
// signal ends it. The data are kept for the next time.
func (c demoCmd) Run(ctx context.Context) (err error) {
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	cfg := c.settings(listener.Addr())
	stop, err := c.database(ctx, &cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := c.keys(&cfg); err != nil {
		return err
	}
	if err := cfg.Check(); err != nil {
		return err
	}
	t := training{cfg: cfg, door: door{listener}, dir: c.Dir, empty: c.Empty, moved: c.Addr == usualAddr && portOf(listener.Addr()) != usualPort}
	err = t.run(ctx)
	if ctx.Err() != nil {
		sayOnStderr("The training copy has stopped. Its data are kept.")
		return nil
	}
	return err
}

// settings are those of a training copy at the address.
func (c demoCmd) settings(at net.Addr) config.Config {
	cfg := c.Config
	cfg.Mode, cfg.LogFormat, cfg.MetricsAddr = config.Training, "text", ""
	cfg.Web, cfg.Workers = true, true
	if cfg.BaseURL == usualBase {
		host, _, err := net.SplitHostPort(c.Addr)
		if err != nil || host == "" {
			host = "localhost"
		}
		cfg.BaseURL = "http://" + net.JoinHostPort(host, portOf(at))
	}
	if cfg.SMTPURL == "" && cfg.MailDir == "" {
		cfg.MailDir = filepath.Join(c.Dir, c.part("mail"))
	}
	return cfg
}

// part names what the game from nothing has for itself.
func (c demoCmd) part(name string) string {
	if c.Empty {
		return name + "-empty"
	}
	return name
}

// nearby is how many ports after the usual one are tried.
const nearby = 50

// listen opens the address; when the usual port is taken, the next free one.
func (c demoCmd) listen(ctx context.Context) (*net.TCPListener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", c.Addr)
	for port := 8081; c.Addr == usualAddr && errors.Is(err, syscall.EADDRINUSE) && port < 8081+nearby; port++ {
		l, err = lc.Listen(ctx, "tcp", fmt.Sprintf("localhost:%d", port))
	}
	if err != nil {
		return nil, fmt.Errorf("PORTAL_ADDR: %w", err)
	}
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return nil, errors.New("PORTAL_ADDR: is no network address")
	}
	return tcp, nil
}

func portOf(a net.Addr) string {
	_, port, _ := net.SplitHostPort(a.String())
	return port
}

// training is a training copy that runs.
type training struct {
	cfg   config.Config
	door  door
	dir   string
	empty bool
	moved bool // the usual port was taken
}

// run serves one portal after the other from the same door: a new one each
// time that the data are to begin anew.
func (t *training) run(ctx context.Context) error {
	var wish *demo.Restart
	for first := true; ; first = false {
		a, invitation, err := t.prepare(ctx, wish)
		if err != nil {
			return err
		}
		switch {
		case first:
			err = t.introduce(ctx, a, invitation)
		case invitation != nil:
			err = t.printInvitation(ctx, *invitation)
		}
		if err == nil {
			wish, err = t.serve(ctx, a)
		}
		a.Close()
		if err != nil || wish == nil {
			return err
		}
		sayOnStderr("The training data begin anew...")
	}
}

// prepare makes the database and fills it, when that has not been done, and
// puts the portal together. The invitation is that of a first administrator
// who has no account yet.
func (t *training) prepare(ctx context.Context, wish *demo.Restart) (*app.App, *demo.Invitation, error) {
	owner, err := demo.Own(ctx, t.cfg.OwnerURL())
	if err != nil {
		return nil, nil, err
	}
	defer owner.Close(ctx)
	if wish != nil {
		if err := errors.Join(owner.Wipe(ctx), demo.Mailbag(t.cfg.MailDir).Empty()); err != nil {
			return nil, nil, err
		}
	}
	filled, err := t.makeSchema(ctx, owner)
	if err != nil {
		return nil, nil, err
	}
	a, err := app.New(ctx, t.cfg, app.NewLog(t.cfg))
	if err != nil {
		return nil, nil, err
	}
	invitation, err := t.fill(ctx, owner, a, filled, wish)
	if err != nil {
		a.Close()
		return nil, nil, err
	}
	return a, invitation, nil
}

func (t *training) makeSchema(ctx context.Context, owner *demo.Owner) (filled bool, err error) {
	defer whenSlow("Making the tables...")()
	if filled, err = owner.Make(ctx); err != nil {
		return false, err
	}
	return filled, app.Prepare(ctx, t.cfg)
}

// fill makes the training data when they are not there, and keeps the accounts
// in use.
func (t *training) fill(ctx context.Context, owner *demo.Owner, a *app.App, filled bool, wish *demo.Restart) (*demo.Invitation, error) {
	seed := seedOf(a, owner)
	if !filled {
		defer whenSlow("Filling in invented people and records, once...")()
		if err := seed.Fill(ctx, t.empty, wish); err != nil {
			return nil, fmt.Errorf("fill the training copy: %w", err)
		}
	}
	if err := owner.KeepInUse(ctx); err != nil {
		return nil, err
	}
	if !t.empty {
		return nil, nil
	}
	return seed.Invite(ctx)
}

// whenSlow says what is being done once it has taken a moment; the function
// that it returns ends that.
func whenSlow(line string) func() {
	timer := time.AfterFunc(700*time.Millisecond, func() { sayOnStderr(line) })
	return func() { timer.Stop() }
}

// serve answers until ctx ends or the data are to begin anew; then it returns
// how.
func (t *training) serve(ctx context.Context, a *app.App) (*demo.Restart, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wishes := a.Demo.Restarts()
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, t.door.open()) }()
	select {
	case err := <-served:
		return nil, err
	case wish := <-wishes:
		cancel()
		return &wish, <-served
	}
}
