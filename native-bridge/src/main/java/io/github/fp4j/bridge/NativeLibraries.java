package io.github.fp4j.bridge;

import io.github.fp4j.bridge.cuda.CublasLt;
import io.github.fp4j.bridge.cuda.CudaDevice;
import io.github.fp4j.bridge.cuda.CudaDriver;
import io.github.fp4j.bridge.cuda.Nvrtc;
import io.github.fp4j.bridge.cuda.PrebuiltKernels;
import io.github.fp4j.bridge.internal.sys.CudaLibraries;
import io.github.fp4j.bridge.internal.sys.LibrarySearch;
import io.github.fp4j.bridge.internal.sys.LoadedLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which native libraries are there, which are not, and why. */
public final class NativeLibraries {
  private NativeLibraries() {}

  /**
   * Searches all libraries that fp4j can use, opens those that are there and asks them for their version: the two that come with fp4j, the CUDA driver, NVRTC,
   * our kernels as fatbins, and cuBLASLt. What is opened stays open; cuBLASLt alone is half a gigabyte of address space. Never throws.
   */
  public static List<LibraryStatus> searches() {
    List<LibraryStatus> statuses = new ArrayList<>();
    for (BundledLibrary library : BundledLibrary.values()) {
      statuses.add(bundled(library));
    }
    statuses.add(status(CudaLibraries.DRIVER, CudaDriver.find(), driver -> "serves CUDA " + driver.version(), NativeLibraries::devices));
    statuses.add(status(CudaLibraries.NVRTC, Nvrtc.find(), nvrtc -> "CUDA " + nvrtc.version(), NativeLibraries::architectures));
    statuses.add(status(PrebuiltKernels.NAME, PrebuiltKernels.find(), kernels -> kernels.files() + " files of our kernels", kernels -> ""));
    statuses.add(status(CudaLibraries.CUBLASLT, CublasLt.find(), cublasLt -> "cuBLAS " + cublasLt.version(), NativeLibraries::handle));
    return List.copyOf(statuses);
  }

  private static LibraryStatus bundled(BundledLibrary bundled) {
    LibrarySearch search = bundled.search();
    Optional<LoadedLibrary> found = search.found();
    if (found.isEmpty()) {
      return new LibraryStatus.Missing(bundled.fileName(), search.tried(), search.reason());
    }
    try {
      Fp4jLibrary library = bundled.open(found.get());
      return new LibraryStatus.Found(bundled.fileName(), search.tried(), found.get().file(), library.description(), List.of(library.threads()));
    } catch (NativeLibraryException e) {
      return new LibraryStatus.Missing(bundled.fileName(), search.tried(), String.valueOf(e.getMessage()));
    }
  }

  private static <T> LibraryStatus status(String fileName, Discovery<T> discovery, Function<T, String> version, Function<T, String> detail) {
    return switch (discovery) {
      case Discovery.Found<T>(T library, String path, List<String> tried) ->
          new LibraryStatus.Found(fileName, tried, path, version.apply(library), detail.apply(library).lines().toList());
      case Discovery.Unavailable<T>(String reason, List<String> tried) -> new LibraryStatus.Missing(fileName, tried, reason);
    };
  }

  private static String devices(CudaDriver driver) {
    try {
      List<CudaDevice> devices = driver.devices();
      return devices.isEmpty() ? "no device" : devices.stream().map(CudaDevice::toString).collect(Collectors.joining("\n"));
    } catch (NativeCallException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String architectures(Nvrtc nvrtc) {
    return "compiles for sm_" + nvrtc.architectures().stream().map(String::valueOf).collect(Collectors.joining(", sm_"));
  }

  private static String handle(CublasLt cublasLt) {
    try {
      cublasLt.createHandle().close();
      return "ready";
    } catch (NativeCallException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
