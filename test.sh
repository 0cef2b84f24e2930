#!/usr/bin/env bash
# Installs what the tests need where it is missing (a browser; on Linux also PostgreSQL, PgBouncer, Redis and nginx), builds everything, runs every test.
# Ends with one line: N passed, N failed, N skipped.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '%s\n' "$*" >&2; }

install_package() {
    if ! command -v apt-get >/dev/null; then
        say "Please install $1 and run ./test.sh again."
        exit 1
    fi
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    say "Installing $1 …"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >&2
}

has_browser() {
    [ -n "${FORGE_CHROMIUM:-}" ] && return
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null && return
    done
    [ -d "/Applications/Google Chrome.app" ] || [ -d "/Applications/Chromium.app" ]
}

has_postgres() {
    command -v postgres >/dev/null || command -v npm >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

command -v dotnet >/dev/null || { say "Please install the .NET 10 SDK first: https://dot.net/download"; exit 1; }
has_browser || install_package chromium
[ "$(uname)" != Linux ] || has_postgres || install_package postgresql
[ "$(uname)" != Linux ] || command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || install_package nginx-light
[ "$(uname)" != Linux ] || command -v redis-server >/dev/null || install_package redis-server
[ "$(uname)" != Linux ] || [ -x /usr/sbin/pgbouncer ] || install_package pgbouncer

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

dotnet build Forge.Aspire.sln

# One test program at a time: each may start the whole app, and they would slow each other down. One that hangs fails.
status=0
run_tests() { dotnet test --no-build --max-parallel-test-modules 1 --timeout 15m "${@:2}" | tee "$results/$1" || status=$?; }
run_tests all --solution Forge.Aspire.sln "$@"

# Where a container engine answers: the whole application once more, with its stores in containers.
engine=${ASPIRE_CONTAINER_RUNTIME:-docker podman}
for program in $engine; do
    [ $# -eq 0 ] && timeout 2 "$program" container ls >/dev/null 2>&1 || continue
    FORGE_STORES=containers ASPIRE_CONTAINER_RUNTIME=$program run_tests containers --project tests/Forge.IntegrationTests
    break
done

# Once more where one looks: long output may be cut before its end.
[ "$status" -eq 0 ] || awk '/^failed /{lines=12} lines-- > 0' "$results"/*

count() { for output in "$results"/*; do sed -nE "s/^ *$1: *([0-9]+).*/\1/p" "$output" | tail -n 1; done | awk '{sum += $1} END {print sum + 0}'; }
echo "$(count succeeded) passed, $(count failed) failed, $(count skipped) skipped"
exit "$status"
