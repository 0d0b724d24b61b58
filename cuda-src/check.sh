#!/bin/sh
# All that cuda-src can prove on this machine: the tests as shipped and under sanitizers, those of threads under ThreadSanitizer too, then the kernels for every architecture where nvcc 13 is. What cannot run is
# named in one line.
set -eu
cd "$(dirname "$0")"

command -v cmake >/dev/null 2>&1 || { echo "cuda-src left out: no cmake" >&2; exit 0; }
for preset in release sanitize threads; do
  cmake --preset $preset
  cmake --build --preset $preset --parallel 2
  ctest --preset $preset --parallel 2
done
configured=$(cmake --preset fatbins)
echo "$configured" | grep '^-- fp4j: left out the kernels' && exit 0
cmake --build --preset fatbins
ctest --preset fatbins
