# The portal's targets. A machine needs Go and make, nothing else; only `theme`
# needs Node.

GO      ?= go
PORTAL  := bin/portal
ARGS    ?=
PACKAGES ?= ./...
TESTFLAGS ?=
LINT    := $(GO) tool -modfile=.tools/go.mod golangci-lint

.DEFAULT_GOAL := help
.PHONY: help run test check generate build lint fmt vet theme bench timing browser \
	db-download db-stop db-reset generate-check fmt-check

help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Run the training copy: private database, data, people to sign in as (ARGS=--empty: nothing yet)
	@exec $(PORTAL) demo $(ARGS)

test: browser build ## Run every test; sets up its own database and browser (PACKAGES=./internal/x TESTFLAGS=-v)
	$(PORTAL) devdb run --ephemeral -- $(GO) test -timeout 30m $(TESTFLAGS) $(PACKAGES)

check: generate-check fmt-check vet lint ## What the pipeline runs: generated code, format, vet, lint, tests with -race, build
	@$(MAKE) --no-print-directory test TESTFLAGS="$$(.ci/raceflags) -shuffle=on $(TESTFLAGS)"
	@$(MAKE) --no-print-directory build

generate: ## Write the generated Go code anew: pages and keys of texts
	@# Folder by folder, so that generating one page alone gives the same bytes.
	@for dir in $$(find web -name '*.templ' ! -path '*/node_modules/*' -exec dirname {} + | sort -u); do \
		$(GO) tool templ generate -path "$$dir" -log-level warn || exit 1; done
	$(GO) generate ./...

generate-check:
	@.ci/unchanged generate '*_templ.go' keys.go

build: ## Build bin/portal
	@test -x $(PORTAL) || echo "Building the portal. On a machine that has not built it before this takes about a minute..."
	@$(GO) build -o $(PORTAL) ./cmd/portal

lint: ## Look for common mistakes (builds the linter first: some two minutes, once)
	$(LINT) run $(PACKAGES)

fmt: ## Format Go files and pages
	gofmt -w $$(.ci/gofiles)
	$(GO) tool templ fmt web

fmt-check:
	@.ci/formatted

vet:
	$(GO) vet ./...

theme: ## Build web/static from web/theme (needs Node)
	cd web/theme && npm ci --ignore-scripts --no-audit --no-fund && npm run build

bench: build ## Run the benchmarks
	$(PORTAL) devdb run --ephemeral -- $(GO) test -run '^$$' -bench . -benchmem $(TESTFLAGS) $(PACKAGES)

timing: build ## Print how long an application takes, worked out from its pages
	$(PORTAL) devdb run --ephemeral -- $(GO) test -count=1 -v -run TestTimeToApply ./internal/handler/enroll

browser:
	@.ci/browser

db-download: build ## Fetch a private copy of PostgreSQL into your cache, no root needed
	$(PORTAL) devdb download

db-stop: build ## Stop the private database, whoever started it
	$(PORTAL) devdb stop

db-reset: build ## Delete the data of the private database
	$(PORTAL) devdb reset
