package worker

import (
	"context"
	"log/slog"

	"familypact.example/portal/internal/platform/audit"
)

// seal chains the audit trail about once a second. It is a loop of its own and
// no job of River, whose beat is too coarse for it after a leader died. Every
// replica tries; the lock on the chain's head lets one through.
func (w *Worker) seal(ctx context.Context) {
	told := false
	for pause(ctx, w.cfg.Pace.Seal) {
		_, err := audit.Seal(ctx, w.cfg.DB)
		if err != nil && !told && ctx.Err() == nil {
			w.cfg.Log.Error("audit trail is not being sealed", slog.String("error", err.Error()))
		}
		told = err != nil
	}
	// What was written until now is chained before the program ends.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSeal)
	defer cancel()
	if _, err := audit.Seal(last, w.cfg.DB); err != nil && !told {
		w.cfg.Log.Warn("last audit entries wait to be sealed", slog.String("error", err.Error()))
	}
}
