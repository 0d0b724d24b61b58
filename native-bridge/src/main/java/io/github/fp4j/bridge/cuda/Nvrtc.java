package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.bridge.internal.CheckedCalls;
import io.github.fp4j.bridge.internal.sys.CudaLibraries;
import io.github.fp4j.bridge.internal.sys.FunctionTable.MissingFunction;
import io.github.fp4j.bridge.internal.sys.LibrarySearch;
import io.github.fp4j.bridge.internal.sys.LoadedLibrary;
import io.github.fp4j.bridge.internal.sys.NativeFunction;
import io.github.fp4j.bridge.internal.sys.NvrtcApi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** CUDA's run-time compiler, {@code libnvrtc.so.13}. It needs no GPU. Once opened it stays open until the JVM ends. */
public final class Nvrtc {
  private final NvrtcApi api;
  private final CheckedCalls calls = new CheckedCalls((function, status) -> failure(function, status, ""));
  private final CudaVersion version;

  private Nvrtc(NvrtcApi api) {
    this.api = api;
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment numbers = scratch.allocate(JAVA_INT, 2);
      calls.call(api.version, numbers, numbers.asSlice(Integer.BYTES));
      this.version = new CudaVersion(numbers.getAtIndex(JAVA_INT, 0), numbers.getAtIndex(JAVA_INT, 1));
    }
  }

  /** Searches and opens it: see {@code fp4j doctor} for the places. Never throws. */
  public static Discovery<Nvrtc> find() {
    LibrarySearch search = CudaLibraries.search(CudaLibraries.NVRTC);
    if (search.found().isEmpty()) {
      return new Discovery.Unavailable<>(search.reason() + "; it comes with CUDA 13, or with pip's nvidia-cuda-nvrtc", search.tried());
    }
    LoadedLibrary library = search.found().get();
    try {
      Nvrtc nvrtc = new Nvrtc(new NvrtcApi(library));
      String path = library.find(nvrtc.api.version.name()).map(library::fileOf).orElse(library.file());
      openBuiltins(Path.of(path).resolveSibling("libnvrtc-builtins.so." + nvrtc.version));
      return new Discovery.Found<>(nvrtc, path, search.tried());
    } catch (MissingFunction e) {
      return new Discovery.Unavailable<>(e.getMessage() + ": expected NVRTC 13", search.tried());
    } catch (NvrtcException | IllegalStateException e) {
      return new Discovery.Unavailable<>(library.file() + " does not work: " + e.getMessage(), search.tried());
    }
  }

  /**
   * NVRTC opens its second half by its bare name, which the loader finds only in its own path, or where it is open already. Without it the first compilation
   * fails and says so.
   */
  private static void openBuiltins(Path file) {
    if (Files.exists(file)) {
      try {
        LoadedLibrary.open(file.toString());
      } catch (LoadedLibrary.OpenFailure e) {
        System.getLogger("io.github.fp4j.bridge").log(System.Logger.Level.WARNING, () -> file + " cannot be opened: " + e.getMessage());
      }
    }
  }

  NvrtcApi api() {
    return api;
  }

  /** The CUDA that it belongs to. */
  public CudaVersion version() {
    return version;
  }

  /** The architectures that it compiles for, e.g. 75, 80, 90, 100, 120. */
  public List<Integer> architectures() {
    try (Arena scratch = Arena.ofConfined()) {
      int count = calls.integer(api.getNumSupportedArchs);
      MemorySegment numbers = scratch.allocate(JAVA_INT, Math.max(1, count));
      calls.call(api.getSupportedArchs, numbers);
      List<Integer> architectures = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        architectures.add(numbers.getAtIndex(JAVA_INT, i));
      }
      return List.copyOf(architectures);
    }
  }

  /**
   * What came of a source.
   *
   * @param image the cubin
   * @param log the compiler's remarks; empty if there were none
   */
  public record Compiled(byte[] image, String log) {}

  /**
   * Compiles to machine code.
   *
   * @param architecture the target, e.g. {@code sm_100a}
   * @param options further options of nvrtcCompileProgram, e.g. {@code -lineinfo}
   * @throws NvrtcException with the compiler's log, if it refuses the source
   * @throws IllegalArgumentException if the architecture is no {@code sm_} one
   */
  public Compiled compile(CudaSource source, String architecture, List<String> options) {
    if (!architecture.matches("sm_\\d+[af]?")) {
      throw new IllegalArgumentException("architecture = " + architecture + ": expected one like sm_100a, sm_120a or sm_90");
    }
    List<String> all = new ArrayList<>(options);
    all.add("--gpu-architecture=" + architecture);
    return compiled(source, all, api.getCubinSize, api.getCubin);
  }

  /** Compiles to PTX for a virtual architecture, e.g. {@code compute_75}, which the driver of any later GPU can finish. */
  public Compiled compileToPtx(CudaSource source, String architecture, List<String> options) {
    if (!architecture.matches("compute_\\d+[af]?")) {
      throw new IllegalArgumentException("architecture = " + architecture + ": expected one like compute_75");
    }
    List<String> all = new ArrayList<>(options);
    all.add("--gpu-architecture=" + architecture);
    return compiled(source, all, api.getPtxSize, api.getPtx);
  }

  private Compiled compiled(CudaSource source, List<String> options, NativeFunction size, NativeFunction content) {
    try (Arena scratch = Arena.ofConfined()) {
      List<String> names = List.copyOf(source.headers().keySet());
      List<String> texts = List.copyOf(source.headers().values());
      MemorySegment program =
          calls.handle(
              api.createProgram, scratch.allocateFrom(source.text()), scratch.allocateFrom(source.name()), names.size(), strings(scratch, texts),
              strings(scratch, names));
      try {
        int status = api.compileProgram.call(program, options.size(), strings(scratch, options));
        String log = new String(bytes(program, api.getLogSize, api.getLog), StandardCharsets.UTF_8).replace("\0", "").strip();
        if (status != 0) {
          throw failure(api.compileProgram.name(), status, log);
        }
        return new Compiled(bytes(program, size, content), log);
      } finally {
        calls.call(api.destroyProgram, scratch.allocateFrom(ADDRESS, program));
      }
    }
  }

  private byte[] bytes(MemorySegment program, NativeFunction size, NativeFunction content) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment count = scratch.allocate(JAVA_LONG);
      calls.call(size, program, count);
      MemorySegment target = scratch.allocate(Math.max(1, count.get(JAVA_LONG, 0)));
      calls.call(content, program, target);
      return target.asSlice(0, count.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
    }
  }

  private static MemorySegment strings(Arena scratch, List<String> texts) {
    MemorySegment array = scratch.allocate(ADDRESS, Math.max(1, texts.size()));
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ADDRESS, i, scratch.allocateFrom(texts.get(i)));
    }
    return array;
  }

  private NvrtcException failure(String function, int status, String log) {
    return new NvrtcException(function, status, api.errorString(status), log);
  }
}
