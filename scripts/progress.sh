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

# Seconds between two lines of progress where the output is no terminal.
progress_interval=15

# progress_step TEXT: what a step of ninja's works on, in words.
progress_step() {
  local path=${1##* }
  case $1 in
    *\ CMakeFiles/*) echo "headers that many sources share" ;;
    "Building "*/CMakeFiles/*) echo "${path%%/CMakeFiles/*}" ;;
    "Linking "*" executable "*) echo "the program ${path##*/}" ;;
    "Linking "*/*) echo "${path%/*}" ;;
    *) echo "$1" ;;
  esac
}

# progress_left SECONDS DONE TOTAL: how long the rest takes if its steps take as long as those that are
# done; nothing while that would be a guess.
progress_left() {
  local left
  (($1 >= 10 && $2 > 0)) || return 0
  left=$(($1 * ($3 - $2) / $2))
  if ((left >= 90)); then
    echo ", about $(((left + 30) / 60)) min left"
  else
    echo ", about $(((left + 9) / 10 * 10)) s left"
  fi
}

# progress_follow: reads ninja's output. Steps become one line that rewrites itself on a terminal, or a line
# every `progress_interval` seconds; everything else, errors above all, is shown as it comes.
progress_follow() {
  local started=$SECONDS shown=$SECONDS steps=0 total=0 name="" line="" part="" code text clear=""
  local pattern='^\[([0-9]+)/([0-9]+)\] (.*)$'
  trap '' INT # ninja's last words come after Ctrl-C
  [[ ! -t 1 ]] || clear=$'\r\e[K'
  while true; do
    code=0
    IFS= read -r -t 1 line || code=$?
    part+=$line
    if ((code <= 128)); then
      ((code == 0)) || [[ -n $part ]] || break
      if [[ $part =~ $pattern ]]; then
        steps=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]} name=$(progress_step "${BASH_REMATCH[3]}")
      elif [[ $part != "ninja: Entering directory"* ]]; then
        printf '%s%s\n' "$clear" "$part"
      fi
      part=""
    fi
    ((total > 0)) || continue
    text="$name: $steps of $total ($((steps * 100 / total)) %)"
    text+=$(progress_left $((SECONDS - started)) "$steps" "$total")
    if [[ -n $clear ]]; then
      printf '%s[%4d s] %s' "$clear" "$SECONDS" "$text"
    elif ((SECONDS - shown >= progress_interval)); then
      progress_say "$text"
      shown=$SECONDS
    fi
  done
  printf '%s' "$clear"
}

# progress_build PRESET [TARGET...]: configures and builds; ninja alone decides what is out of date. Returns
# ninja's exit code.
progress_build() {
  local preset=$1
  shift
  progress_run "configure-$preset.log" cmake --preset "$preset" || return
  NINJA_STATUS='[%f/%t] ' ninja -C "build/$preset" -j "$(progress_jobs)" "$@" 2>&1 | progress_follow
  return "${PIPESTATUS[0]}"
}
