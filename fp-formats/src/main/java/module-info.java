/** Formats as data, scalar models (the truth), and the contracts that every backend fulfils. */
module io.github.fp4j.formats {
  requires static transitive org.jspecify;

  exports io.github.fp4j.backend;
  exports io.github.fp4j.formats;
  exports io.github.fp4j.formats.block;
  exports io.github.fp4j.formats.codebook;
  exports io.github.fp4j.formats.gemm;

  uses io.github.fp4j.backend.BackendProvider;

  provides io.github.fp4j.backend.BackendProvider with
      io.github.fp4j.backend.ReferenceBackend.Provider;
}
