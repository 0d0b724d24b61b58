#!/bin/sh
# Builds the native libraries for the jar of native-bridge: build.sh <build folder> <target folder>.
#
# Whatever this machine cannot build is left out with one line that says why, and the exit status stays 0; only a compiler that rejects our own sources is an
# error. Does nothing when no source, compiler or CUDA folder has changed since the last time.
set -eu

source_dir=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
build_dir=$1
target_dir=$2

left_out() {
  rm -rf "$target_dir"
  echo "native libraries left out: $1" >&2
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
}

stamp="$build_dir/stamp"
settings="$compiler|${CUDA_HOME:-}|${CUDA_PATH:-}|$(ls -d /usr/local/cuda/include/cuda_fp4.h 2>/dev/null || true)|$libraries"
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
report
mv "$stamp.new" "$stamp"
echo "native libraries built with $compiler: $(ls "$libraries" | tr '\n' ' ')"
