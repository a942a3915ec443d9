#!/usr/bin/env bash
# Runs on the GPU host, inside the folder that scripts/pack-gpu.mjs made. docs/gpu-testing.md explains it.
#
#   ./run.sh <folder for results> [stage ...]
#
# Stages, in this order when none is named: doctor conformance tests bench soak sanitizer
set -uo pipefail
cd "$(dirname "$0")"
out=$(realpath -m "${1:-results}")
shift || true
[ $# -gt 0 ] || set -- doctor conformance tests bench soak sanitizer
mkdir -p "$out"
AATGS_COMMIT=$(cat commit)
export AATGS_COMMIT
[ -x ./node ] || { xz -dkc node-*.xz > node && chmod +x node; }
aatgs() { ./node node_modules/@aatgs/core/bin/aatgs.js "$@"; }
failed=0

doctor() {
  aatgs doctor && aatgs doctor --json > "$out/doctor.json"
}

# Every module on both CUDA engines, and once with the engine chosen from the steps' length.
conformance() {
  local result=0 module engine log
  for module in example whcr thermo lbs active-inference; do
    for engine in resident launch auto; do
      log="$out/conformance-$module-$engine"
      echo "== $module on engine $engine"
      local id=@aatgs/$module/conformance
      [ "$module" = example ] && id=example
      timeout 180 ./node node_modules/@aatgs/core/bin/aatgs.js conformance "$id" --device 0 --engine "$engine" --json \
        > "$log.json" 2> "$log.log" || result=1
      grep -c '^ok' "$log.log"
      grep -A4 '^FAILED' "$log.log"
    done
  done
  return $result
}

# Faults, sharing, memory, and the same bits on every engine.
tests() {
  timeout 300 ./node --test --test-concurrency=1 --test-timeout=90000 test/*.test.mjs 2>&1 | tee "$out/tests.log"
}

bench() {
  aatgs bench --device 0 --depth 1,2,4,16,32 --steps 0,2,5,10,50 --out "$out/overhead.json" &&
    aatgs bench --device 0 --depth 4,16 --steps 200,500,1000,2000,10000,100000 --iterations 6000 --repeats 3 \
      --out "$out/overhead-long.json" &&
    ./test/native/sync_as_written 5000 5 0 2 5 10 50 > "$out/sync-as-written.json" && cat "$out/sync-as-written.json"
}

# Both engines at once, so that they also disturb each other.
soak() {
  local seconds=${SOAK_SECONDS:-300} result=0 pids=() engine pid
  for engine in resident launch auto; do
    ./node soak.mjs --seconds "$seconds" --device 0 --engine "$engine" --out "$out/soak-$engine.json" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || result=1; done
  return $result
}

# NVIDIA's compute-sanitizer over a short soak and over every module for a moment; each tool must find nothing.
sanitizer() {
  local result=0 tool pids=() pid
  for tool in memcheck synccheck racecheck; do
    sanitize "$tool" & pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || result=1; done
  return $result
}
sanitize() {
  local tool=$1 result=0 run log number=0 names=''
  # racecheck does not follow barriers over a part of a block, such as the walk of a small dense graph has: it then takes
  # every later barrier of that block for none.
  [ "$tool" = racecheck ] && names='example wide sparse lattice glass pairs beliefs own teams sites'
  for run in 'soak.mjs --seconds 15 --most 100 --device 0 --engine resident' "test/short-runs.mjs resident $names" \
    "test/short-runs.mjs launch $names"; do
    log="$out/sanitizer-$tool-$((number++)).log"
    # shellcheck disable=SC2086  # a command line, in words
    timeout 240 compute-sanitizer --tool "$tool" --error-exitcode 9 --target-processes all ./node $run \
      > "$log" 2>&1 || { result=1; echo "== $tool: $run: exit code $?"; }
    echo "== $tool: $run: $(grep -c '' "$log") lines, $(grep 'ERROR SUMMARY\|RACECHECK SUMMARY' "$log" | tail -1)"
  done
  return $result
}

for stage in "$@"; do
  start=$SECONDS
  if "$stage"; then echo "== $stage: ok, $((SECONDS - start)) s"; else echo "== $stage: FAILED, $((SECONDS - start)) s"; failed=1; fi
done
exit "$failed"
