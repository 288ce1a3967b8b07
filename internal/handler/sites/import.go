package sites

import (
	"context"
	"io"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/web/page/sitespage"
)

// lists are the pages on which sites are imported.
func lists(i handler.Importer[site.Check]) handler.Lists[site.Check] {
	return handler.Lists[site.Check]{
		Importer: i, Home: sitespage.Import, Asking: sitespage.Upload, Checking: sitespage.Check, Ended: sitespage.Ended,
		Problems: func(ctx context.Context, w io.Writer, c site.Check) error {
			return site.WriteProblems(ctx, w, c.Plan.Problems)
		},
		File: "site-import-problems.csv",
	}
}
