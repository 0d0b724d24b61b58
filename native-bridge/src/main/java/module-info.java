/** Native libraries through {@code java.lang.foreign}: our C++ host library, NVIDIA's headers, CUDA. */
module io.github.fp4j.bridge {
  requires transitive io.github.fp4j.formats;
  requires static transitive org.jspecify;

  exports io.github.fp4j.bridge;
  exports io.github.fp4j.bridge.cuda;

  provides io.github.fp4j.backend.BackendProvider with
      io.github.fp4j.bridge.NativeLibraryBackend.Provider;
}
