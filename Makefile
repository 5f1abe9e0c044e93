# make demo   runs the main job against local twins of the vendors
# make test   runs every test
# make help   lists the rest

GO ?= go
# The race detector needs a C compiler; without one the tests run all the same.
RACE := $(shell command -v $$($(GO) env CC) >/dev/null 2>&1 && echo -race)
# What users write is fuzzed for longer than what programs send.
FUZZTIME ?= 5s
DEEPFUZZTIME ?= 30s
DEEP := engine/internal/syntax engine/internal/rule engine/internal/template engine/internal/template/twig engine/internal/template/jinja
# How many seconds random templates are compared with PHP's Twig, and with
# Python's Jinja2.
TWIGTIME ?= 60
JINJATIME ?= 20

.PHONY: demo test build install generate check fuzz oracle bench clean help

demo: ## run the main job, from lint to why, with nothing to configure
	@$(GO) run ./cmd/sluice demo

test: ## run every test
	$(GO) test $(RACE) -timeout 15m ./...

build: ## build bin/sluice
	$(GO) build -o bin/sluice ./cmd/sluice

install: ## install sluice into Go's bin folder
	$(GO) install ./cmd/sluice

generate: ## write goldens, schemas and reference pages anew
	$(GO) generate ./...

check: ## check form: gofmt, vet, staticcheck
	@test -z "$$(gofmt -l cmd engine steps connectors pipelines schemas testdata)" || { gofmt -l cmd engine steps connectors pipelines schemas testdata; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# Go's fuzzer at times takes the end of its own time for a failure, with no input
# that fails.
fuzz: ## fuzz YAML, rules and templates for DEEPFUZZTIME each, the rest for FUZZTIME
	@failed=0; log=$$(mktemp); trap 'rm -f '$$log EXIT; for pkg in $$($(GO) list ./...); do \
	  time=$(FUZZTIME); \
	  for deep in $(DEEP); do case $$pkg in */$$deep) time=$(DEEPFUZZTIME);; esac; done; \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "fuzz $$pkg $$f $$time"; \
	    $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $$time -fuzzminimizetime 1x $$pkg >$$log 2>&1; code=$$?; cat $$log; \
	    sed -n 's/.*Failing input written to //p' $$log | (cd $$($(GO) list -f '{{.Dir}}' $$pkg) && while read -r f; do cat "$$f"; done); \
	    [ $$code = 0 ] || { grep -q '^ *context deadline exceeded$$' $$log && ! grep -q 'Failing input' $$log; } || failed=1; \
	  done; \
	done; exit $$failed

oracle: ## compare random templates with PHP's Twig and Python's Jinja2, where these are installed
	SLUICE_ORACLE_SECONDS=$(TWIGTIME) $(GO) test -count=1 -timeout 0 -v -run '^TestOracle$$' ./engine/internal/template
	SLUICE_ORACLE_SECONDS=$(JINJATIME) $(GO) test -count=1 -timeout 0 -v -run '^(TestOracle|TestLexer)$$' ./engine/internal/template/jinja

bench: ## measure the reference job beside hand-written Go
	@$(GO) run ./testdata/bench/compare

clean: ## remove what was built
	rm -rf bin

help: ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'
