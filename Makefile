# JIM: everything that is done here more than once. `make` prints this list.
# Needs Go and a shell; `make race` needs a C compiler too, `make page` Chromium, which `make test` uses where it is. The tools of `make check` are
# pinned in tools/go.mod, a module of their own, and built when they are first used.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS   += --no-print-directory
.DEFAULT_GOAL := help

GO       ?= go
FUZZTIME ?= 30s
SEEDS    ?= 1000000
SEED     ?= 0
TORTURE  ?= 10m
# A release is a tag; anything else calls itself what the program makes of the commit.
VERSION  ?= $(patsubst v%,%,$(shell git describe --tags --exact-match 2>/dev/null))

tool := $(GO) tool -modfile=tools/go.mod

.PHONY: help build test page strace check format race fuzz talk sim torture clean

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

build: ## build ./jim: one static program
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w $(if $(VERSION),-X main.version=$(VERSION))' -o jim ./cmd/jim

test: ## run all tests, the page's where there is Chromium; with CI=true it is installed if it can be
	$(GO) test -count=1 $$($(GO) list ./... | grep -v '/web$$')
	@if chromium=$$(tools/chromium $(if $(filter true,$(CI)),install)); \
	then echo "looking at the whole page in $$chromium"; JIM_CHROMIUM="$$chromium" JIM_PAGE=must $(GO) test -count=1 ./web; \
	else JIM_PAGE=no $(GO) test -count=1 ./web; fi
	@tools/strace >/dev/null || true

page: ## look at the whole page in Chromium, which is installed where that is possible
	JIM_CHROMIUM="$$(tools/chromium install)" JIM_PAGE=must $(GO) test -count=1 ./web

strace: ## compare what the lab tells with what strace sees, which is installed where that is possible
	tools/strace install >/dev/null
	JIM_STRACE=must $(GO) test -count=1 -run StraceSees ./lab

check: ## format, vet (for other systems too), staticcheck, known vulnerabilities, modules, house rules
	@bad=$$($(tool) gofumpt -l .); [ -z "$$bad" ] || { echo "not formatted (make format):"; echo "$$bad"; exit 1; }
	$(GO) vet ./...
	for os in windows darwin freebsd; do GOOS=$$os $(GO) vet ./... || exit 1; done
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

sim: ## live through SEEDS worlds of the simulation (1000000 if not said), from SEED on
	$(GO) test -count=1 -v -timeout 0 ./sim -run TestSeeds -seeds $(SEEDS) -seed $(SEED) -progress

torture: build ## hurt a server for TORTURE (10m if not said), and see whether it loses anything
	./jim torture --for $(TORTURE)

clean: ## remove what was built
	rm -f jim jim.exe
