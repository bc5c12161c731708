# The commands of this repository. `make` alone shows them.

TOOL := go tool -modfile=tools/go.mod
FUZZTIME ?= 10s

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

.PHONY: help check test race lint fuzz proto demo crash bench soak

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

check: lint test ## what to run before a commit

test: ## the README's test command
	go test ./...

race: ## the tests under the race detector
	go test -race ./...

lint: ## gofmt, vet, golangci-lint, buf
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	$(TOOL) golangci-lint run ./...
	$(TOOL) buf lint

fuzz: ## every fuzz target for FUZZTIME (default 10s) each
	@go list ./... | while read -r pkg; do \
	  go test -list '^Fuzz' $$pkg | grep '^Fuzz' | while read -r target; do \
	    echo "$$pkg $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done || exit 1; \
	done

proto: ## generate the code of plugin/proto again
	$(TOOL) buf generate

demo: ## buy on three accounts, offline
	go run ./cmd/host demo

crash: ## kill -9 at every point ten times on both journals; four hosts with 1,000 orders
	SAMPAN_KILLS=10 SAMPAN_HOSTS_ORDERS=1000 go test ./internal/crash -count 1 -timeout 40m -v | grep -v '^=== '

bench: ## what the journals cost beside a bare fsync
	go test -run '^$$' -bench . ./journal/...

soak: ## the long proofs, each with its table: 1,000,000 fault schedules, the model to its full horizon, crashes
	SAMPAN_SCHEDULES=1000000 go test ./internal/simulate -run TestNothing -count 1 -timeout 90m -v | grep -v '^=== '
	SAMPAN_SOAK=1 go test -tags soak ./internal/model -run Soak -count 1 -timeout 30m -v | grep -v '^=== '
	SAMPAN_SOAK=1 go test ./core/effect -run AccessLog -count 1 -v | grep -v '^=== '
	SAMPAN_ROUNDS=1000 go test ./plugin -run 'TestCrashes|TestTwoHosts' -count 1 -timeout 30m -v | grep -v '^=== '
	SAMPAN_KILLS=50 SAMPAN_HOSTS_ORDERS=1000 go test ./internal/crash -count 1 -timeout 120m -v | grep -v '^=== '
