#!/usr/bin/env bash
# Builds this adapter outside of Sampan's tree, as its author would, and holds it against every rule.
set -euo pipefail
cd "$(dirname "$0")"
sampan=${SAMPAN:-$(cd ../.. && pwd)}
folder=$(mktemp -d)
shop=
trap '[ -z "$shop" ] || kill "$shop" 2>/dev/null || true; rm -rf "$folder"' EXIT

(cd "$sampan" && go build -o "$folder/host" ./cmd/host)
mkdir "$folder/adapter"
cp -R . "$folder/adapter"
cd "$folder/adapter"
go mod edit -require github.com/sampan-go/sampan@v0.0.0 -replace github.com/sampan-go/sampan="$sampan"
go mod tidy
go vet ./...
go build -o "$folder/your-adapter" .
go build -o "$folder/fakeshop" ./fakeshop

# Any free port will do, and the settings must name it.
"$folder/fakeshop" >"$folder/address" &
shop=$!
for _ in $(seq 100); do [ -s "$folder/address" ] && break; sleep 0.05; done
sed "s|^control .*|control = \"$(cat "$folder/address")/control\"|" conform.toml >"$folder/conform.toml"
cp order.json "$folder"

"$folder/host" conform "$folder/your-adapter" --settings "$folder/conform.toml" | tee "$folder/report"
# A level is earned by rules that ran: a report without failures alone would not show that they did.
for level in read order pay recovery; do
  grep -Eq "^ +$level +earned" "$folder/report" || { echo "the level $level was not earned" >&2; exit 1; }
done
