# shellcheck shell=bash
# Sourced by the scripts beside it: prints what they do and for how long, writes the output of package
# managers and CMake to build/logs/, and builds with as many jobs as the machine has memory for.

# progress_say TEXT...: one line with the seconds since the script began.
progress_say() {
  printf '[%4d s] %s\n' "$SECONDS" "$*"
}

# progress_run LOG COMMAND...: runs the command with its output in build/logs/LOG and prints a line every
# 15 seconds; if it fails, prints the end of the log and returns its exit code.
progress_run() {
  local log="build/logs/$1" started=$SECONDS code=0 pid
  shift
  mkdir -p build/logs
  "$@" >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if (((SECONDS - started) % 15 == 14)); then
      progress_say "... $(tail -n 1 "$log" | tr -d '\r' | cut -c1-90)"
    fi
    sleep 1 &
    wait -n "$pid" $! || true
  done
  wait "$pid" || code=$?
  if ((code != 0)); then
    tail -n 40 "$log" >&2
    progress_say "failed with exit code $code: $* (whole output: $log)" >&2
  fi
  return "$code"
}

# progress_jobs: compiler processes at once, one per core and per 1.5 GiB of free memory.
progress_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ {print int($2 / 1572864)}' /proc/meminfo)
  ((memory >= 1)) || memory=1
  echo $((cores < memory ? cores : memory))
}

# progress_build PRESET [TARGET...]: configures and builds; ninja alone decides what is out of date.
progress_build() {
  local preset=$1
  shift
  progress_run "configure-$preset.log" cmake --preset "$preset" || return
  NINJA_STATUS='[%f/%t, %e s] ' ninja -C "build/$preset" -j "$(progress_jobs)" "$@"
}
