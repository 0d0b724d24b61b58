package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.bridge.internal.CheckedCalls;
import io.github.fp4j.bridge.internal.sys.CudaLibraries;
import io.github.fp4j.bridge.internal.sys.DriverApi;
import io.github.fp4j.bridge.internal.sys.FunctionTable.MissingFunction;
import io.github.fp4j.bridge.internal.sys.LibrarySearch;
import io.github.fp4j.bridge.internal.sys.LoadedLibrary;
import io.github.fp4j.bridge.internal.sys.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/** The CUDA driver, {@code libcuda.so.1}. Once opened it stays open until the JVM ends. */
public final class CudaDriver {
  /** What fp4j needs of it: NVRTC 13 and cuBLASLt 13 make code that no older driver loads. */
  public static final CudaVersion OLDEST = new CudaVersion(13, 0);

  final DriverApi api;
  final CheckedCalls calls = new CheckedCalls(this::failure);
  private final CudaVersion version;
  private boolean initialised; // guarded by this

  private CudaDriver(DriverApi api) {
    this.api = api;
    this.version = CudaVersion.ofNumber(calls.integer(api.driverGetVersion));
  }

  /** Searches and opens it: see {@code fp4j doctor} for the places. A driver without a GPU is found all the same. Never throws. */
  public static Discovery<CudaDriver> find() {
    LibrarySearch search = CudaLibraries.search(CudaLibraries.DRIVER);
    if (search.found().isEmpty()) {
      return new Discovery.Unavailable<>(search.reason() + "; it comes with NVIDIA's driver, R580 or later", search.tried());
    }
    LoadedLibrary library = search.found().get();
    try {
      CudaDriver driver = new CudaDriver(new DriverApi(library));
      String path = driver.path();
      if (driver.version.compareTo(OLDEST) < 0) {
        return new Discovery.Unavailable<>(path + " serves CUDA " + driver.version + ": expected " + OLDEST + " or later (driver R580 or later)", search.tried());
      }
      return new Discovery.Found<>(driver, path, search.tried());
    } catch (MissingFunction e) {
      return new Discovery.Unavailable<>(e.getMessage() + ": expected a driver for CUDA " + OLDEST + " or later (R580 or later)", search.tried());
    } catch (CudaException | IllegalStateException e) {
      return new Discovery.Unavailable<>(library.file() + " does not work: " + e.getMessage(), search.tried());
    }
  }

  /** The newest CUDA that it serves. */
  public CudaVersion version() {
    return version;
  }

  private String path() {
    return api.library().find(api.driverGetVersion.name()).map(api.library()::fileOf).orElse(api.library().file());
  }

  /**
   * The GPUs that it shows, in its order.
   *
   * @throws CudaException if it cannot start; {@link CudaException#NO_DEVICE} if there is none
   */
  public List<CudaDevice> devices() {
    initialise();
    return IntStream.range(0, calls.integer(api.deviceGetCount)).mapToObj(ordinal -> new CudaDevice(this, ordinal)).toList();
  }

  private synchronized void initialise() {
    if (!initialised) {
      calls.call(api.init, 0);
      initialised = true;
    }
  }

  CudaException failure(String function, int status) {
    return new CudaException(function, status, text(api.getErrorName, status, "CUDA_ERROR"), text(api.getErrorString, status, "unknown to this driver"));
  }

  private static String text(NativeFunction function, int status, String otherwise) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = scratch.allocate(ADDRESS);
      return function.call(status, out) == 0 ? LoadedLibrary.text(out.get(ADDRESS, 0)).orElse(otherwise) : otherwise;
    }
  }
}
