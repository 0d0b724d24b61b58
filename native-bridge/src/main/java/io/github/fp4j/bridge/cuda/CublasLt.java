package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.bridge.internal.CheckedCalls;
import io.github.fp4j.bridge.internal.Lifetime;
import io.github.fp4j.bridge.internal.sys.CublasLtApi;
import io.github.fp4j.bridge.internal.sys.CudaLibraries;
import io.github.fp4j.bridge.internal.sys.FunctionTable.MissingFunction;
import io.github.fp4j.bridge.internal.sys.LibrarySearch;
import io.github.fp4j.bridge.internal.sys.LoadedLibrary;
import java.lang.foreign.MemorySegment;

/** NVIDIA's matrix products, {@code libcublasLt.so.13}. Once opened it stays open until the JVM ends; it takes half a gigabyte of address space. */
public final class CublasLt {
  final CublasLtApi api;
  final CheckedCalls calls = new CheckedCalls(this::failure);

  private CublasLt(CublasLtApi api) {
    this.api = api;
  }

  /** Searches and opens it: see {@code fp4j doctor} for the places. It opens without a GPU. Never throws. */
  public static Discovery<CublasLt> find() {
    LibrarySearch search = CudaLibraries.search(CudaLibraries.CUBLASLT);
    if (search.found().isEmpty()) {
      return new Discovery.Unavailable<>(search.reason() + "; it comes with CUDA 13, or with pip's nvidia-cublas", search.tried());
    }
    LoadedLibrary library = search.found().get();
    try {
      CublasLt cublasLt = new CublasLt(new CublasLtApi(library));
      return new Discovery.Found<>(cublasLt, library.find(cublasLt.api.create.name()).map(library::fileOf).orElse(library.file()), search.tried());
    } catch (MissingFunction e) {
      return new Discovery.Unavailable<>(e.getMessage() + ": expected cuBLASLt 13", search.tried());
    } catch (IllegalStateException e) {
      return new Discovery.Unavailable<>(library.file() + " does not work: " + e.getMessage(), search.tried());
    }
  }

  /** {@code major * 10000 + minor * 100 + patch}: what recorded algorithms are bound to. */
  public long versionNumber() {
    return api.version();
  }

  /** E.g. {@code 13.1.1}. */
  public String version() {
    long number = api.version();
    return number / 10000 + "." + number / 100 % 100 + "." + number % 100;
  }

  /** The CUDA that it was built for. */
  public CudaVersion runtimeVersion() {
    return CudaVersion.ofNumber((int) api.runtimeVersion());
  }

  /** The library's own name and words for a status, e.g. {@code CUBLAS_STATUS_NOT_SUPPORTED: the requested functionality is not supported}. */
  public String statusText(int status) {
    return api.statusName(status) + ": " + api.statusString(status);
  }

  /**
   * A handle on the device of the calling thread's current context, or of device 0's primary context.
   *
   * @throws CublasLtException {@link CublasLtException#NOT_INITIALIZED} where there is no GPU
   */
  public Handle createHandle() {
    return new Handle(this, calls.handle(api.create));
  }

  /** A handle on the device of {@code context}. */
  public Handle createHandle(CudaContext context) {
    return context.current(() -> new Handle(this, calls.handle(api.create), context.lifetime));
  }

  /** What cuBLASLt keeps on one device. Plans keep theirs alive. */
  public static final class Handle implements AutoCloseable {
    final CublasLt library;
    final Lifetime lifetime;
    private final MemorySegment address;

    private Handle(CublasLt library, MemorySegment address, Lifetime... parents) {
      this.library = library;
      this.address = address;
      this.lifetime = new Lifetime(this, "cuBLASLt handle", () -> library.calls.call(library.api.destroy, address), parents);
    }

    MemorySegment address() {
      lifetime.requireOpen();
      return address;
    }

    @Override
    public void close() {
      lifetime.close();
    }
  }

  private CublasLtException failure(String function, int status) {
    return failure(function, status, explanation(function, status));
  }

  CublasLtException failure(String function, int status, String explanation) {
    return new CublasLtException(function, status, api.statusName(status), api.statusString(status), explanation);
  }

  private static String explanation(String function, int status) {
    return switch (status) {
      case CublasLtException.NOT_INITIALIZED ->
          function.equals("cublasLtCreate")
              ? "cuBLASLt opens the GPU here and found none that it can use: it needs NVIDIA's driver (libcuda.so.1) and a GPU; fp4j doctor says what is there"
              : "";
      case CublasLtException.ALLOC_FAILED -> "device memory has run out: free some, or give the plan less workspace";
      case CublasLtException.ARCH_MISMATCH -> "block-scaled products need compute capability 10.0 or later";
      case CublasLtException.EXECUTION_FAILED -> "the device failed while it ran: an earlier launch may be the cause; synchronise to find out";
      default -> "";
    };
  }}
