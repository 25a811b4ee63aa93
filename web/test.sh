#!/usr/bin/env bash
# Unit tests and the type check (counted as one test) of the pages. Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
report=$(mktemp)
trap 'rm -f "$report"' EXIT
passed=0 failed=0

npx vitest run --reporter=default --reporter=json --outputFile.json="$report"
counts=$(node -e "
  const report = JSON.parse(require('node:fs').readFileSync(process.argv[1], 'utf8'));
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  console.log(report.numPassedTests, report.numFailedTests + broken);" "$report") || counts="0 1"
read -r passed failed <<<"$counts"
if npm run --silent check; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
