package main

import (
	"context"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/config"
)

// serveCmd serves pages and does background work on a database that is there.
type serveCmd struct {
	config.Config `embed:""`
}

// Run serves until a signal ends it. Settings that are not safe are refused
// before anything is opened, every fault at once.
func (c serveCmd) Run(ctx context.Context) error {
	if err := c.Check(); err != nil {
		return err
	}
	a, err := app.New(ctx, c.Config, app.NewLog(c.Config))
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Run(ctx)
}
