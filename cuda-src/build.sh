#!/bin/sh
# Builds the native libraries for the jar of native-bridge: build.sh <build folder> <target folder>. The sources of the CUDA kernels go with them, for NVRTC, and
# their fatbins where `cmake --preset fatbins` has made them of these sources.
#
# Whatever this machine cannot build is left out with one line that says why, and the exit status stays 0; only a compiler that rejects our own sources is an
# error. Does nothing when no source, compiler or CUDA folder has changed since the last time.
set -eu

source_dir=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
build_dir=$1
target_dir=$2

# A source that is newer than a fatbin; "none" if there is not a fatbin for every kernel file.
fatbins="$source_dir/target/fatbins/kernels"
outdated_fatbins() {
  [ "$(ls "$fatbins"/*.fatbin 2>/dev/null | wc -l)" -eq "$(ls "$source_dir"/kernels/*.cu | wc -l)" ] || { echo none; return; }
  oldest=$(ls -tr "$fatbins"/*.fatbin | head -n 1)
  find "$source_dir/kernels" "$source_dir/include" "$source_dir/kernel_list.h" -type f -newer "$oldest" -print | head -n 1
}

package_kernels() {
  kernels="$target_dir/io/github/fp4j/bridge/kernels"
  mkdir -p "$kernels/fp4j"
  cp "$source_dir/kernel_list.h" "$source_dir"/kernels/*.cu "$source_dir"/kernels/*.cuh "$kernels"
  cp "$source_dir"/include/fp4j/*.cuh "$kernels/fp4j"
  case $(outdated_fatbins) in
    "") cp "$fatbins"/*.fatbin "$kernels" ;;
  esac
}

report_fatbins() {
  outdated=$(outdated_fatbins)
  case $outdated in
    "") ;;
    none) echo "kernels' fatbins left out: not made (cmake --preset fatbins && cmake --build --preset fatbins, in cuda-src, with nvcc 13); NVRTC compiles them" >&2 ;;
    *) echo "kernels' fatbins left out: older than $outdated (cmake --build --preset fatbins, in cuda-src); NVRTC compiles them" >&2 ;;
  esac
}

left_out() {
  rm -rf "$target_dir"
  package_kernels
  echo "native libraries left out: $1" >&2
  report_fatbins
  exit 0
}

compiler=${CXX:-}
for candidate in c++ g++ clang++; do
  [ -n "$compiler" ] || compiler=$(command -v "$candidate" || true)
done
[ -n "$compiler" ] || left_out "no C++ compiler (looked for CXX, c++, g++, clang++)"
command -v "${compiler%% *}" >/dev/null 2>&1 || left_out "no C++ compiler: CXX = $compiler is not there"
command -v cmake >/dev/null 2>&1 || left_out "no cmake"

case $(uname -s) in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  *) left_out "no build for $(uname -s)" ;;
esac
case $(uname -m) in
  x86_64 | amd64) machine=x86_64 ;;
  arm64 | aarch64) machine=aarch64 ;;
  *) machine=$(uname -m) ;;
esac
libraries="$target_dir/io/github/fp4j/bridge/native/$system-$machine"

# Says which libraries are missing, each time.
report() {
  sed -n 's/^-- fp4j: left out /native library left out: /p' "$build_dir/configure.log" >&2
  report_fatbins
}

stamp="$build_dir/stamp"
settings="$compiler|${CUDA_HOME:-}|${CUDA_PATH:-}|$(ls -d /usr/local/cuda/include/cuda_fp4.h 2>/dev/null || true)|$libraries|$(cat "$fatbins"/*.fatbin 2>/dev/null | cksum)"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$settings" ] && [ -d "$libraries" ] &&
  [ -z "$(find "$source_dir" -path "$source_dir/target" -prune -o -type f -newer "$stamp" -print | head -n 1)" ]; then
  report
  exit 0
fi

mkdir -p "$build_dir"
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$settings" ] || rm -rf "$build_dir/cmake"
rm -f "$stamp"
printf '%s' "$settings" >"$stamp.new" # before the build, so that a source that changes meanwhile is newer
if ! CXX=$compiler cmake -S "$source_dir" -B "$build_dir/cmake" -DCMAKE_BUILD_TYPE=Release -DFP4J_BUILD_TESTS=OFF >"$build_dir/configure.log" 2>&1; then
  left_out "cmake cannot use $compiler (see $build_dir/configure.log)"
fi
if ! cmake --build "$build_dir/cmake" --parallel 2 >"$build_dir/build.log" 2>&1; then
  cat "$build_dir/build.log" >&2
  echo "native libraries: $compiler rejects the sources in $source_dir" >&2
  exit 1
fi
rm -rf "$target_dir"
mkdir -p "$libraries"
cmake --install "$build_dir/cmake" --prefix "$libraries" >>"$build_dir/build.log" 2>&1
package_kernels
report
mv "$stamp.new" "$stamp"
echo "native libraries built with $compiler: $(ls "$libraries" | tr '\n' ' ')"
