# Read by the scripts beside it, in the root of the project: $out is where the figures of this machine go, and machine.txt
# in it says what machine that is.
machine=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1)
machine=$(printf %s "${machine:-$(uname -m)}-$(getconf _NPROCESSORS_ONLN)-cores" |
  tr 'A-Z' 'a-z' | tr -cs 'a-z0-9' '-' | sed 's/^-*//; s/-*$//')
out=${OUT:-bench/results/$(date +%F)-$machine}
mkdir -p "$out"
{
  echo "commit $(git rev-parse --short HEAD)$(git diff --quiet HEAD || echo ', changed')"
  lscpu 2>/dev/null | grep -E '^(Architecture|CPU\(s\)|Model|CPU family|Thread|Core|L1d|L2|L3|Flags)' || uname -m
  free -g 2>/dev/null | sed -n 2p
  uname -sr
  "$(/bin/sh .mvn/jdk)/bin/java" -version 2>&1
} >"$out/machine.txt"
