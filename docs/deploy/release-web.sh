#!/usr/bin/env bash
# Releases a Flutter web front to Firebase Hosting: builds what is committed, has it served, makes sure that people get it,
# and writes every step into the ledger. docs/guides/environments.md says how it is set up; docs/runbooks/web-rollback.md says how
# to go back, for which nothing is checked out and nothing is built.
#
#   VIGIE_ACTOR=amina MIN_SCHEMA=20261122000101 MAX_SCHEMA=20261122000203 release-web.sh production
#
# Where it stands beside pubspec.yaml, production.env holds every variable that is compiled in, and .firebaserc has a project
# called production.
#
# Exit codes: 0 people get it; 1 they get something else; 2 nothing was released; 3 it may be live, and nobody knows.
set -euo pipefail
trap 'exit 2' ERR

stop() {
    echo "release-web.sh: $*" >&2
    exit 2
}

environment=${1:-}
[ -n "$environment" ] || stop "say where to: release-web.sh production"
variables=$environment.env
[ -f "$variables" ] || stop "$variables is not here: it holds what is compiled in for $environment"
[ -n "${VIGIE_ACTOR:-}" ] || stop "set VIGIE_ACTOR to your user id: the ledger says who released"
[ -n "${MIN_SCHEMA:-}" ] && [ -n "${MAX_SCHEMA:-}" ] ||
    stop "set MIN_SCHEMA and MAX_SCHEMA to the versions of the database's schema that this release runs on"
git ls-files --error-unmatch -- "$variables" > /dev/null 2>&1 ||
    stop "$variables is not in git, and what is in it would go in"
changed=$(git status --porcelain)
[ -z "$changed" ] || stop "commit or take away what git has not got, for it would go in and nobody could say what it was:
$changed"

release=$(vigie release id)
record() {
    vigie release record "$1" --env "$environment" --target web --release "$release" --actor "$VIGIE_ACTOR" "${@:2}"
}

mkdir -p build
vigie release dart-defines --file "$variables" --pass-all --out build/defines.json
[ "$(jq -r .APP_ENV build/defines.json)" = "$environment" ] || stop "$variables says another APP_ENV than $environment"
flutter build web --release --pwa-strategy=none --dart-define-from-file=build/defines.json
vigie release manifest --file "$variables" --dir build/web --min-schema "$MIN_SCHEMA" --max-schema "$MAX_SCHEMA"

record started --manifest build/web/version.json
trap - ERR
look="vigie release verify --expect $release --env $environment"
note="vigie release record KIND --env $environment --target web --release $release --actor $VIGIE_ACTOR"
if ! firebase deploy --only hosting --project "$environment" --json > build/deploy.json; then
    echo "release-web.sh: firebase deploy failed (build/deploy.json), which does not say that nothing went live. Look:
  $look
It is open in the ledger until somebody records what is true, after exit code 0 the first, after 1 the second:
  ${note/KIND/deployed}
  ${note/KIND/failed}" >&2
    exit 3
fi
# For one site, the answer is sites/SITE/versions/VERSION.
version=$(jq -er '.result.hosting | strings | split("/") | last' build/deploy.json) || version=
record deployed ${version:+--provider-version "$version"} || {
    echo "release-web.sh: it is live, and the ledger does not know; record it:
  ${note/KIND/deployed} ${version:+--provider-version "$version"}" >&2
    exit 3
}
[ -n "$version" ] || echo "release-web.sh: build/deploy.json names no version: give --provider-version to rollback-plan" >&2

looked=0
vigie release verify --record --expect "$release" --env "$environment" --target web --actor "$VIGIE_ACTOR" --deep ||
    looked=$?
[ "$looked" = 0 ] || echo "release-web.sh: not seen to be served; next: vigie release decide --env $environment" >&2
case $looked in 0 | 1) exit "$looked" ;; *) exit 3 ;; esac
