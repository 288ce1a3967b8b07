package main

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// healthCmd asks a running portal on this host whether it lives, for images
// that have no other program to ask with.
type healthCmd struct {
	URL string `arg:"" optional:"" default:"http://localhost:8080/healthz" help:"Address of the check."`
}

// Run returns nil when the portal answers 200 within two seconds.
func (c healthCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return err
	}
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		return errors.New("no answer")
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return errors.New("not well")
	}
	return nil
}
