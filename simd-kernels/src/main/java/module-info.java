/** Kernels on the Vector API, bit-equal to the scalar models. */
module io.github.fp4j.simd {
  requires transitive io.github.fp4j.formats;
  requires jdk.incubator.vector;
  requires static transitive org.jspecify;

  exports io.github.fp4j.simd.optim;

  provides io.github.fp4j.backend.BackendProvider with
      io.github.fp4j.simd.SimdBackend.Provider;
}
