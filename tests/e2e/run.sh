#!/usr/bin/env bash
# The pages in a real browser against hubs made for the purpose: bash tests/e2e/run.sh JINGWEI_PROGRAM
# In full on the embedded store; the tests in which the store has a part again on PostgreSQL, where it is installed.
# Ends with "N passed, N failed[, N skipped]"; exit code 1 when any failed.
# Environment: JINGWEI_EXTERN (real epidemic figures), JINGWEI_CHROMIUM, JINGWEI_SHOTS (folder for screenshots)
set -uo pipefail
program=$(realpath "${1:?usage: run.sh JINGWEI_PROGRAM}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
extern=${JINGWEI_EXTERN:-$here/../../../shared/extern}
people=${JINGWEI_E2E_PEOPLE:-2000}
passed=0 failed=0 skipped=0 server='' postmaster=''
start_s=60 stop_s=20

if [ ! -x "${JINGWEI_CHROMIUM:-/usr/bin/chromium}" ]; then
  echo "No Chromium here (apt install chromium, or set JINGWEI_CHROMIUM)"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi

# Short, because the path of PostgreSQL's socket must stay under 108 bytes.
work=$(mktemp -d "${TMPDIR:-/tmp}/jwe2e-XXXXXX")
clean_up() {
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null
  [ -z "$postmaster" ] || { kill -INT "$postmaster" && wait "$postmaster"; } 2>/dev/null
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

pass() { passed=$((passed + 1)); echo "ok - $1"; }
miss() { failed=$((failed + 1)); echo "not ok - $1"; }
# check NAME COMMAND...
check() {
  local name=$1
  shift
  if "$@"; then pass "$name"; else miss "$name"; fi
}

# Starts the hub on a free port; sets server and url.
serve() {
  local data=$1
  rm -f "$work/serve.out"
  "$program" serve --data "$data" --listen 127.0.0.1:0 --json >"$work/serve.out" 2>"$work/serve.err" &
  server=$!
  url=''
  for ((turn = 0; turn < start_s * 10; ++turn)); do
    url=$(sed -nE 's/.*"url": ?"([^"]+)".*/\1/p' "$work/serve.out" 2>/dev/null | head -n 1)
    [ -z "$url" ] || return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$work/serve.err"
  return 1
}

# Asks the hub to end; true when it ends by itself, in time, with 0.
stop() {
  local pid=$server status=0
  kill -TERM "$pid" 2>/dev/null
  for ((turn = 0; turn < stop_s * 10; ++turn)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  if kill -0 "$pid" 2>/dev/null; then
    echo "  # still running after $stop_s s"
    kill -KILL "$pid"
  fi
  wait "$pid" || status=$?
  server=''
  [ "$status" = 0 ] || echo "  # exit code $status"
  [ "$status" = 0 ]
}

# Runs the browser against a hub and adds its counts: browse DATA [--core]
browse() {
  local data=$1 log="$work/browse.log" numbers
  shift
  JINGWEI_URL=$url JINGWEI_E2E_DATA=$data timeout 1200 node "$here/run.mjs" "$@" | tee "$log" | grep -v '^[0-9]* passed'
  numbers=($(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 | grep -oE '[0-9]+'))
  if [ ${#numbers[@]} -lt 2 ]; then
    miss "the browser run came to its end"
    return
  fi
  passed=$((passed + numbers[0])) failed=$((failed + numbers[1])) skipped=$((skipped + ${numbers[2]:-0}))
}

make_city() {
  local data=$1
  shift
  "$program" init --data "$data" --people "$people" --seed 7 "$@" >"$work/init.log" 2>&1 && return
  tail -n 20 "$work/init.log"
  return 1
}

# The figures once they stand still: they follow what was done just before.
still_figures() {
  local last='' now
  for ((turn = 0; turn < 30; ++turn)); do
    now=$(node "$here/figures.mjs" "$url") || return 1
    [ "$now" != "$last" ] || break
    last=$now
    sleep 1
  done
  echo "$now"
}

same_after_restart() {
  local data=$1 before after
  before=$(still_figures) && stop && serve "$data" || return 1
  after=$(still_figures)
  [ "$before" = "$after" ] || { diff <(tr '{' '\n' <<<"$before") <(tr '{' '\n' <<<"$after") | head -n 20 | sed 's/^/  # /'; return 1; }
}

# A resource found, taken through its life by three people, compared, refused and exported, all on the command line.
catalogue_commands() {
  local data=$1 file="$work/lamps.yaml" told="$work/catalog.out"
  cat >"$file" <<'YAML'
resources:
  - id: cli-lamps
    title: {zh: 路灯, en: Lamps}
    provider: {id: city-works, zh: 市政局, en: City Works}
    sharing: open
    retention: forever
    update: monthly
    key: [no]
    fields:
      - {name: no, title: {zh: 编号, en: No}, type: text, required: true}
      - {name: watts, title: {zh: 功率, en: Watts}, type: number}
YAML
  catalog() { LC_ALL=C "$program" catalog "$@" --data "$data" >"$told" 2>&1; }
  catalog search changzhu && grep -q '^resident-register ' "$told" || return 1
  catalog draft "$file" --actor Lin && catalog submit cli-lamps --actor Lin || return 1
  catalog review cli-lamps --actor Lin && return 1  # who submitted does not review
  grep -q 'different people' "$told" || return 1
  catalog review cli-lamps --actor Mei && catalog publish cli-lamps --actor Zhou && grep -q published "$told" || return 1
  sed -i '/watts/d' "$file"
  catalog draft "$file" --actor Lin && catalog diff cli-lamps && grep -q 'fields.watts' "$told" && grep -q 'is dropped' "$told" || return 1
  catalog submit cli-lamps --actor Lin && return 1
  grep -q 'Watts' "$told" || return 1
  catalog submit cli-lamps --actor Lin --breaking 'given by the grid company' || return 1
  catalog review cli-lamps --actor Mei --refuse 'not yet' && grep -q refused "$told" || return 1
  catalog retire cli-lamps --actor Mei --reason 'only a test' && catalog list --state all && grep -q '^cli-lamps .*retired' "$told" || return 1
  catalog show venues && grep -q venue_no "$told" && catalog overlaps && grep -q 'Public Security' "$told" || return 1
  catalog export --out "$work/catalogue.jsonld" && grep -q dcat:Dataset "$work/catalogue.jsonld"
}

# A batch found, looked at, its withdrawal foretold, refused with another number, done.
batch_commands() {
  local data=$1 file="$work/wrong.csv" told="$work/batch.out" id records
  batch() { LC_ALL=C "$program" batch "$@" --data "$data" >"$told" 2>&1; }
  printf 'date,provinceCode,confirmed\n2021-05-05,440000,7\n' >"$file"
  "$program" ingest --data "$data" --json epidemic-daily "$file" >"$told" 2>&1 || return 1
  id=$(sed -nE 's/^\{"id":"([0-9]+)".*/\1/p' "$told")
  batch list && grep -q "^$id  epidemic-daily" "$told" && batch show "$id" && grep -q wrong.csv "$told" || return 1
  batch withdraw "$id" && records=$(sed -nE 's/^([0-9]+) records are concerned.*/\1/p' "$told") || return 1
  batch withdraw "$id" --reason test && return 1  # half of what it takes
  batch withdraw "$id" --reason test --records $((records + 1)) && return 1
  grep -q 'Things have changed' "$told" || return 1
  batch withdraw "$id" --reason 'sent by mistake' --records "$records" || return 1
  for ((turn = 0; turn < 100; ++turn)); do
    batch show "$id"
    ! grep -q ': done' "$told" || return 0
    sleep 0.1
  done
  return 1
}

# The log verified, proved and exported through the running hub, judged by the checker; a changed byte is named.
audit_commands() {
  local data=$1 told="$work/audit.out" checker="$here/../audit/check_audit.mjs"
  audit() { LC_ALL=C "$program" audit "$@" --data "$data" >"$told" 2>&1; }
  audit verify && grep -q 'The log is whole' "$told" || return 1
  audit list --event batch. --limit 5 && grep -q 'batch.upload' "$told" || return 1
  audit export --to "$work/audit.jsonl" && audit prove 3 --to "$work/proof.json" || return 1
  node "$checker" "$work/audit.jsonl" "$work/proof.json" || return 1
  audit prove 999999999 && return 1
  sed '0,/"actor":"/s//"actor":"x/' "$work/audit.jsonl" >"$work/changed.jsonl"
  node "$checker" "$work/changed.jsonl" >"$told" && return 1
  grep -q 'leaf 0: entry and salt do not give the commitment' "$told"
}

# Emergencies and purposes told, declared, foretold and ended on the command line.
emergency_commands() {
  local data=$1 told="$work/emergency.out" id
  hub() { LC_ALL=C "$program" "$@" --data "$data" >"$told" 2>&1; }
  hub purpose list && grep -q '^epidemic-control ' "$told" || return 1
  hub emergency declare 990100 --name drill --order 1 --purposes epidemic-control --until 2000-01-01T00:00:00Z && return 1
  grep -q 'must lie ahead\|lie ahead' "$told" || return 1
  hub emergency declare 990100 --name drill --order 1 --level 3 --purposes epidemic-control --until "$(date -u -d '+9 days' +%Y-%m-%dT%H:%M:%SZ)" || return 1
  id=$(sed -nE 's/^([0-9]+)  standing  drill .*/\1/p' "$told")
  hub emergency extend "$id" --order 2 --until "$(date -u -d '+19 days' +%Y-%m-%dT%H:%M:%SZ)" || return 1
  hub emergency end "$id" && grep -q '^0 records would be destroyed' "$told" || return 1
  hub emergency end "$id" --order 3 && return 1  # half of what it takes
  hub emergency end "$id" --order 3 --records 0 && grep -q "^$id  ended" "$told" || return 1
  hub emergency list && grep -q "^$id  ended" "$told" && hub destructions && grep -q done "$told"
}

embedded() {
  echo "# embedded store"
  make_city "$work/embedded" || { miss "the demo city is made"; return; }
  serve "$work/embedded" || { miss "the hub starts"; return; }
  local real="$extern/wuhan-city/zhuhai_hangzhou_shenzhen_wuhan_daily.csv"
  if [ -e "$real" ]; then
    check "a file is ingested while the hub serves" "$program" ingest --data "$work/embedded" epidemic-daily "$real"
  else
    echo "# no real epidemic figures at $real"
  fi
  browse "$work/embedded"
  check "the catalogue is looked after on the command line" catalogue_commands "$work/embedded"
  check "a batch is withdrawn on the command line" batch_commands "$work/embedded"
  check "an emergency is declared and ended on the command line" emergency_commands "$work/embedded"
  check "the audit log is verified, proved and exported on the command line" audit_commands "$work/embedded"
  check "every figure is the same after a restart" same_after_restart "$work/embedded"
  check "the hub ends by itself on SIGTERM" stop
}

# PostgreSQL refuses to run as root.
as_database_user() {
  if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else exec "$@"; fi
}

# A private cluster, reached by its socket only; sets postmaster and store.
start_database() {
  local programs=$1 folder="$work/pg"
  mkdir "$folder" && chmod 711 "$work" || return 1
  [ "$(id -u)" != 0 ] || chown postgres "$folder" || return 1
  (cd / && as_database_user "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-instructions) \
    >"$work/pg.log" 2>&1 || return 1
  (cd / && as_database_user "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off) >>"$work/pg.log" 2>&1 &
  postmaster=$!
  store="postgresql://postgres@/postgres?host=${folder//\//%2F}"
  for ((turn = 0; turn < start_s * 10; ++turn)); do
    ! "$programs/pg_isready" -q -h "$folder" || return 0
    kill -0 "$postmaster" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

postgresql() {
  echo "# PostgreSQL"
  local initdb
  initdb=$(ls -1 /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
  [ -n "$initdb" ] || initdb=$(command -v initdb)
  if [ -z "$initdb" ] || { [ "$(id -u)" = 0 ] && ! id postgres >/dev/null 2>&1; }; then
    echo "ok - the pages on PostgreSQL # SKIP no PostgreSQL here (apt install postgresql)"
    skipped=$((skipped + 1))
    return
  fi
  start_database "$(dirname "$initdb")" || { tail -n 20 "$work/pg.log"; miss "PostgreSQL starts"; return; }
  make_city "$work/server" --store "$store" || { miss "the demo city is made on PostgreSQL"; return; }
  serve "$work/server" || { miss "the hub starts on PostgreSQL"; return; }
  JINGWEI_SHOTS='' browse "$work/server" --core
  check "every figure is the same after a restart on PostgreSQL" same_after_restart "$work/server"
  check "the hub on PostgreSQL ends by itself on SIGTERM" stop
}

embedded
# What a failed part left running must not stand in the way of the next.
[ -z "$server" ] || stop
postgresql
if [ "$skipped" = 0 ]; then echo "$passed passed, $failed failed"; else echo "$passed passed, $failed failed, $skipped skipped"; fi
[ "$failed" = 0 ]
