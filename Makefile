# JIM: everything that is done here more than once. `make` prints this list.
# Needs Go and a shell; `make race` needs a C compiler too. The tools of `make check` are
# pinned in tools/go.mod, a module of their own, and built when they are first used.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS   += --no-print-directory
.DEFAULT_GOAL := help

GO       ?= go
FUZZTIME ?= 30s
# A release is a tag; anything else calls itself what the program makes of the commit.
VERSION  ?= $(patsubst v%,%,$(shell git describe --tags --exact-match 2>/dev/null))

tool := $(GO) tool -modfile=tools/go.mod

.PHONY: help build test check format race fuzz talk clean

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

build: ## build ./jim: one static program
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w $(if $(VERSION),-X main.version=$(VERSION))' -o jim ./cmd/jim

test: ## run all tests
	$(GO) test -count=1 ./...

check: ## format, vet, staticcheck, known vulnerabilities, modules, house rules
	@bad=$$($(tool) gofumpt -l .); [ -z "$$bad" ] || { echo "not formatted (make format):"; echo "$$bad"; exit 1; }
	$(GO) vet ./...
	$(tool) staticcheck ./...
	@tools/vulncheck $(tool) govulncheck ./...
	$(GO) mod tidy -diff
	cd tools && $(GO) mod tidy -diff
	$(GO) test -count=1 . ./tidy

format: ## format the code as `make check` wants it
	$(tool) gofumpt -w .

race: ## run all tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -count=1 ./...

fuzz: ## run every fuzz target for FUZZTIME each (30s if not said)
	@tools/fuzz $(FUZZTIME)

talk: ## play all conversations and list them
	$(GO) test -count=1 -v ./talk | grep -v '^=== '

clean: ## remove what was built
	rm -f jim jim.exe
