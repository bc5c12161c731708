# The commands of this repository. `make` alone shows them.

TOOL := go tool -modfile=tools/go.mod
FUZZTIME ?= 10s

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

.PHONY: help check test race lint breaking fuzz proto demo crash bench bench-short soak

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

check: lint test ## what to run before a commit

test: ## the README's test command
	go test ./...

race: ## the tests under the race detector
	go test -race ./...

lint: breaking ## gofmt, vet, golangci-lint, buf
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	$(TOOL) golangci-lint run ./...
	$(TOOL) buf lint

fuzz: ## every fuzz target for FUZZTIME (default 10s) each
	@pkgs=$$(go list ./...) || exit 1; \
	for pkg in $$pkgs; do \
	  targets=$$(go test -list '^Fuzz' $$pkg) || exit 1; \
	  for target in $$(sed -n '/^Fuzz/p' <<<"$$targets"); do \
	    echo "$$pkg $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; \
	done

# The contract as it was last accepted. Adapters of strangers live by it.
CONTRACT := plugin/proto/v1.binpb

breaking: ## hold the contract against the one that was last accepted
	@$(TOOL) buf breaking --against $(CONTRACT) || { echo "the contract may grow but not change: give a new member a new number, and keep the old one" >&2; exit 1; }

proto: breaking ## generate the code of plugin/proto again, and accept what the contract grew by
	$(TOOL) buf generate
	$(TOOL) buf build --exclude-source-info -o $(CONTRACT)

demo: ## buy on three accounts, offline
	go run ./cmd/host demo

crash: ## kill -9 at every point ten times on both journals; four hosts with 1,000 orders
	SAMPAN_KILLS=10 SAMPAN_HOSTS_ORDERS=1000 go test ./internal/crash -count 1 -timeout 40m -v | grep -v '^=== '

bench: ## reading through Sampan beside a direct client; what journals and acknowledgements cost
	go run ./internal/bench
	go test -run '^$$' -bench . ./journal/...
	go test -run '^$$' -bench Acknowledgement -benchtime 30000x ./listen # a minute at 500 messages a second

bench-short: ## the same in under 5 minutes
	go run ./internal/bench -short
	go test -run '^$$' -bench . -benchtime 200ms ./journal/...

soak: ## the long proofs, each with its table: 1,000,000 fault schedules, the model to its full horizon, crashes
	SAMPAN_SCHEDULES=1000000 go test ./internal/simulate -run TestNothing -count 1 -timeout 90m -v | grep -v '^=== '
	SAMPAN_SOAK=1 go test -tags soak ./internal/model -run Soak -count 1 -timeout 30m -v | grep -v '^=== '
	SAMPAN_SOAK=1 go test ./core/effect -run AccessLog -count 1 -v | grep -v '^=== '
	SAMPAN_ROUNDS=1000 go test ./plugin -run 'TestCrashes|TestTwoHosts' -count 1 -timeout 30m -v | grep -v '^=== '
	SAMPAN_KILLS=50 SAMPAN_HOSTS_ORDERS=1000 go test ./internal/crash -count 1 -timeout 120m -v | grep -v '^=== '
