# `make run` and `make test` are all it takes on a fresh clone. Node is wanted by
# the browser tests and by static/vendor; the program itself builds without it.

.PHONY: run demo build generate fmt vendor test generated formatted vet lint unit vendor-check e2e bench screenshots
.NOTPARALLEL:

folders := cmd e2e handlers static store views web
release := $(shell git describe --tags --always --dirty 2>/dev/null)

run: build
	bin/hooksafe serve

# Hooksafe with something in it, to look around: an invented organization in a
# directory that vanishes when Ctrl C stops it.
demo:
	@go build -o bin/demo ./e2e/demo/serve
	@bin/demo

build:
	go build -ldflags '-X main.release=$(release)' -o bin/hooksafe ./cmd/hooksafe

# What is generated and committed.

generate:
	go tool templ generate -path views -log-level warn

fmt:
	gofmt -w $(folders)
	go tool templ fmt views

vendor: static/node_modules/.package-lock.json
	cd static && node vendor.mjs

# Tests, in the order in which they say most for their time.

test: formatted generated vet unit lint vendor-check e2e

formatted:
	@files=$$(gofmt -l $(folders)); test -z "$$files" || { echo "not formatted, see make fmt:"; echo "$$files"; exit 1; }

# Compared with what was there before, not with the last commit, so that it also
# holds while somebody works.
generated:
	@before=$$(cat views/*_templ.go | cksum); $(MAKE) --no-print-directory -s generate; \
	test "$$before" = "$$(cat views/*_templ.go | cksum)" || { echo "views/*_templ.go were not what make generate makes: commit them"; exit 1; }

vet:
	go vet -tags e2e ./...

unit:
	go test -race -shuffle=on ./...

lint:
	go tool -modfile=.ci/go.mod staticcheck -tags e2e ./...

vendor-check: static/node_modules/.package-lock.json
	cd static && node vendor.mjs --check

e2e: e2e/node_modules/.package-lock.json
	.ci/browser
	go test -tags e2e -timeout 20m ./e2e ./store/internal/script

bench: build
	go test -run '^$$' -bench . ./e2e/bench

# The README's pictures, taken of the demo. HOOKSAFE_SCREENSHOTS=DIR also puts every
# state into DIR, in each size and scheme.
screenshots: e2e/node_modules/.package-lock.json
	.ci/browser
	HOOKSAFE_README=screenshots go test -tags e2e -count=1 -run TestScreenshots ./e2e

# npm writes this file last.
%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
