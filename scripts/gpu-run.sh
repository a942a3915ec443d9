#!/usr/bin/env bash
# Runs on the GPU host, inside the folder that scripts/pack-gpu.mjs made: conformance of every module on both CUDA
# engines, then the scheduling benchmark. Results go to the folder named by the first argument.
set -uo pipefail
cd "$(dirname "$0")"
out=$(realpath -m "${1:-results}")
mkdir -p "$out"
AATGS_COMMIT=$(cat commit)
export AATGS_COMMIT
[ -x ./node ] || { xz -dkc node.xz > node && chmod +x node; }
aatgs() { ./node node_modules/@aatgs/core/bin/aatgs.js "$@"; }

failed=0
aatgs doctor || failed=1
aatgs doctor --json > "$out/doctor.json"
conformance() { # name, module id
  for engine in resident launch; do
    local log="$out/conformance-$1-$engine"
    echo "== $1 on the $engine engine"
    timeout 180 ./node node_modules/@aatgs/core/bin/aatgs.js conformance "$2" --device 0 --engine "$engine" --json \
      > "$log.json" 2> "$log.log" || failed=1
    grep -c '^ok' "$log.log"
    grep -A4 '^FAILED' "$log.log"
  done
}
conformance example example
conformance whcr @aatgs/whcr/conformance
conformance thermo @aatgs/thermo/conformance
if [ "${2:-bench}" = bench ]; then
  aatgs bench --device 0 --depth 1,2,4,16,32 --out "$out/overhead.json" || failed=1
fi
exit "$failed"
