package io.github.fp4j.bridge;

import io.github.fp4j.bridge.internal.sys.CudaLibraries;
import io.github.fp4j.bridge.internal.sys.LibrarySearch;
import io.github.fp4j.bridge.internal.sys.LoadedLibrary;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Which native libraries are there, which are not, and why. */
public final class NativeLibraries {
  private NativeLibraries() {}

  /**
   * Searches all libraries that fp4j can use, opens those that are there and asks them for their version: the two that come with fp4j, the CUDA driver, NVRTC and
   * cuBLASLt. What is opened stays open; cuBLASLt alone is half a gigabyte of address space. Never throws.
   */
  public static List<LibraryStatus> searches() {
    List<LibraryStatus> statuses = new ArrayList<>();
    for (BundledLibrary library : BundledLibrary.values()) {
      statuses.add(bundled(library));
    }
    statuses.add(cuda("libcuda.so.1", "cuDriverGetVersion", CudaLibraries::driverVersion, CudaLibraries::devices));
    statuses.add(cuda("libnvrtc.so.13", "nvrtcVersion", CudaLibraries::nvrtcVersion, library -> List.of()));
    statuses.add(cuda("libcublasLt.so.13", "cublasLtGetVersion", CudaLibraries::cublasLtVersion, library -> List.of()));
    return List.copyOf(statuses);
  }

  private static LibraryStatus bundled(BundledLibrary bundled) {
    LibrarySearch search = bundled.search();
    Optional<LoadedLibrary> found = search.found();
    if (found.isEmpty()) {
      return new LibraryStatus.Missing(bundled.fileName(), search.tried(), search.reason());
    }
    try {
      Fp4jLibrary library = new Fp4jLibrary(found.get());
      return new LibraryStatus.Found(bundled.fileName(), search.tried(), found.get().file(), library.description(), List.of());
    } catch (NativeLibraryException e) {
      return new LibraryStatus.Missing(bundled.fileName(), search.tried(), String.valueOf(e.getMessage()));
    }
  }

  private static LibraryStatus cuda(
      String fileName, String symbol, Function<LoadedLibrary, Optional<String>> version, Function<LoadedLibrary, List<String>> details) {
    LibrarySearch search = CudaLibraries.search(fileName);
    Optional<LoadedLibrary> found = search.found();
    if (found.isEmpty()) {
      return new LibraryStatus.Missing(fileName, search.tried(), search.reason());
    }
    LoadedLibrary library = found.get();
    Optional<MemorySegment> function = library.find(symbol);
    if (function.isEmpty()) {
      return new LibraryStatus.Missing(fileName, search.tried(), library.file() + ": no function " + symbol);
    }
    String path = library.fileOf(function.get());
    return version
        .apply(library)
        .<LibraryStatus>map(text -> new LibraryStatus.Found(fileName, search.tried(), path, text, details.apply(library)))
        .orElseGet(() -> new LibraryStatus.Missing(fileName, search.tried(), path + ": " + symbol + " fails"));
  }
}
