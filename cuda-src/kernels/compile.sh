#!/bin/sh
# compile.sh <report> <command...>: runs nvcc and keeps what ptxas says about resources, which is printed only when it fails.
report=$1
shift
if ! "$@" >"$report" 2>&1; then
  cat "$report" >&2
  exit 1
fi
if grep -i warning "$report" >&2; then
  echo "compile.sh: warnings are errors here: $report" >&2
  rm -f "$report"
  exit 1
fi
