package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * ggml's CPU backend: of the builds {@code libggml-cpu-*.so} beside {@code libggml-base.so}, the one whose {@code ggml_backend_score} is highest on this processor.
 * The functions here are those of ggml.h and ggml-backend.h by which a graph of one product is built and run.
 */
final class GgmlCpu {
  private static final String FILES = "libggml-cpu-*.so";
  private static final MemoryLayout INIT_PARAMS =
      MemoryLayout.structLayout(JAVA_LONG.withName("mem_size"), ADDRESS.withName("mem_buffer"), JAVA_BOOLEAN.withName("no_alloc"), MemoryLayout.paddingLayout(7));
  private static final int TYPES = 41; // up to nvfp4: past its last type ggml reads beyond its table
  private static final int NAME_BYTES = 128;

  final String file;
  final MethodHandle init;
  final MethodHandle newTensor;
  final MethodHandle mulMat;
  final MethodHandle newGraph;
  final MethodHandle buildForward;
  final MethodHandle allocate;
  final MethodHandle allocateIn;
  final MethodHandle setTensor;
  final MethodHandle getTensor;
  final MethodHandle compute;
  final MethodHandle freeContext;
  final MethodHandle freeBuffer;
  final MethodHandle freeBackend;
  final MethodHandle setThreads;
  final MethodHandle initBackend;
  final MethodHandle supportsOperation;
  final long tensorBytes;
  final long graphBytes;

  /** The device, and the kind of memory in which it lays weights out for itself; null where this build has none. */
  final MemorySegment device;

  final @Nullable MemorySegment repackingBuffers;
  private final MethodHandle typeName;

  /** @throws NoSuchElementException if a function is missing; the message names it */
  private GgmlCpu(Path file, SymbolLookup base, SymbolLookup cpu) {
    this.file = file.getFileName().toString();
    init = handle(base, "ggml_init", FunctionDescriptor.of(ADDRESS, INIT_PARAMS));
    newTensor = handle(base, "ggml_new_tensor_2d", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG));
    mulMat = handle(base, "ggml_mul_mat", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    newGraph = handle(base, "ggml_new_graph", FunctionDescriptor.of(ADDRESS, ADDRESS));
    buildForward = handle(base, "ggml_build_forward_expand", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    allocate = handle(base, "ggml_backend_alloc_ctx_tensors", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    allocateIn = handle(base, "ggml_backend_alloc_ctx_tensors_from_buft", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    setTensor = handle(base, "ggml_backend_tensor_set", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));
    getTensor = handle(base, "ggml_backend_tensor_get", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));
    compute = handle(base, "ggml_backend_graph_compute", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    freeContext = handle(base, "ggml_free", FunctionDescriptor.ofVoid(ADDRESS));
    freeBuffer = handle(base, "ggml_backend_buffer_free", FunctionDescriptor.ofVoid(ADDRESS));
    freeBackend = handle(base, "ggml_backend_free", FunctionDescriptor.ofVoid(ADDRESS));
    supportsOperation = handle(base, "ggml_backend_dev_supports_op", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS));
    typeName = handle(base, "ggml_type_name", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    initBackend = handle(cpu, "ggml_backend_cpu_init", FunctionDescriptor.of(ADDRESS));
    setThreads = handle(cpu, "ggml_backend_cpu_set_n_threads", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
    try {
      tensorBytes = (long) handle(base, "ggml_tensor_overhead", FunctionDescriptor.of(JAVA_LONG)).invokeExact();
      graphBytes = (long) handle(base, "ggml_graph_overhead", FunctionDescriptor.of(JAVA_LONG)).invokeExact();
      MemorySegment registry = (MemorySegment) handle(cpu, "ggml_backend_cpu_reg", FunctionDescriptor.of(ADDRESS)).invokeExact();
      device = (MemorySegment) handle(base, "ggml_backend_reg_dev_get", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG)).invokeExact(registry, 0L);
      repackingBuffers = repackingBuffers(base, registry, device);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The first kind of extra memory of the device. */
  @SuppressWarnings("restricted")
  private static @Nullable MemorySegment repackingBuffers(SymbolLookup base, MemorySegment registry, MemorySegment device) throws Throwable {
    MethodHandle procAddress = handle(base, "ggml_backend_reg_get_proc_address", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment function = (MemorySegment) procAddress.invokeExact(registry, arena.allocateFrom("ggml_backend_dev_get_extra_bufts"));
      if (function.equals(MemorySegment.NULL)) {
        return null;
      }
      MethodHandle extraBuffers = Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ADDRESS, ADDRESS));
      MemorySegment list = (MemorySegment) extraBuffers.invokeExact(device);
      MemorySegment first = list.equals(MemorySegment.NULL) ? list : list.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0);
      return first.equals(MemorySegment.NULL) ? null : first;
    }
  }

  /**
   * Looks beside the base library.
   *
   * @throws NoSuchElementException if there is no build that this processor can run, or it lacks a function; the message says which
   */
  @SuppressWarnings("restricted")
  static GgmlCpu beside(Path baseFile, SymbolLookup base) {
    Path folder = baseFile.toAbsolutePath().getParent();
    Path best = null;
    SymbolLookup bestSymbols = null;
    int bestScore = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, FILES)) {
      for (Path file : files) {
        SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
        int score = (int) handle(symbols, "ggml_backend_score", FunctionDescriptor.of(JAVA_INT)).invokeExact();
        if (score > bestScore) {
          best = file;
          bestSymbols = symbols;
          bestScore = score;
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new NoSuchElementException(FILES + " in " + folder + ": " + e.getMessage());
    } catch (Throwable e) {
      throw unexpected(e);
    }
    if (best == null || bestSymbols == null) {
      throw new NoSuchElementException("no " + FILES + " for this processor in " + folder + "; conformance-tests/peers/fetch gets them");
    }
    return new GgmlCpu(best, base, bestSymbols);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(SymbolLookup symbols, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
  }

  /** Memory for {@code tensors} tensors' headers and a graph; where their data lies is decided later. */
  MemorySegment context(int tensors) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(INIT_PARAMS);
      parameters.set(JAVA_LONG, 0, tensors * tensorBytes + graphBytes);
      parameters.set(ADDRESS, 8, MemorySegment.NULL);
      parameters.set(JAVA_BOOLEAN, 16, true);
      return (MemorySegment) init.invokeExact(parameters);
    }
  }

  /** The number by which ggml knows a type of elements, e.g. {@code nvfp4}. */
  @SuppressWarnings("restricted")
  int type(String name) throws Throwable {
    for (int type = 0; type < TYPES; type++) {
      MemorySegment text = (MemorySegment) typeName.invokeExact(type);
      if (!text.equals(MemorySegment.NULL) && text.reinterpret(NAME_BYTES).getString(0).equals(name)) {
        return type;
      }
    }
    throw new NoSuchElementException("ggml has no type " + name);
  }

  static RuntimeException unexpected(Throwable thrown) {
    switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException("ggml", thrown);
    }
  }
}
