package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The few functions of ONNX Runtime's C API that running a model takes. They lie in a table of pointers whose order never changes (onnxruntime_c_api.h,
 * {@code struct OrtApi}); a status that is not null becomes an exception with the library's own words.
 */
final class OrtApi {
  private static final int API_VERSION = 16;
  private static final int TABLE_LENGTH = 101;
  private static final int MAX_TEXT = 4096;
  private static final int LOG_FATAL = 4;
  private static final int DEVICE_ALLOCATOR = 0;
  private static final int DEFAULT_MEMORY = 0;

  private final MemorySegment table;
  private final String version;
  private final MethodHandle getErrorMessage;
  private final MethodHandle createSessionFromArray;
  private final MethodHandle run;
  private final MethodHandle createTensor;
  private final MethodHandle releaseStatus;
  private final MethodHandle releaseValue;
  private final MemorySegment environment;
  private final MemorySegment sessionOptions;
  private final MemorySegment cpuMemory;

  /**
   * Starts the library; what it makes lives until the process ends.
   *
   * @throws java.util.NoSuchElementException if the entry point is missing
   * @throws IllegalStateException if the library refuses
   */
  OrtApi(SymbolLookup symbols) {
    Arena arena = Arena.global();
    MemorySegment base = pointer(call(handle(symbols.findOrThrow("OrtGetApiBase"), FunctionDescriptor.of(ADDRESS))), 2 * ADDRESS.byteSize());
    this.version = text(pointer(call(handle(base.getAtIndex(ADDRESS, 1), FunctionDescriptor.of(ADDRESS))), MAX_TEXT));
    MemorySegment found = pointer(call(handle(base.getAtIndex(ADDRESS, 0), FunctionDescriptor.of(ADDRESS, JAVA_INT)), API_VERSION), 0);
    if (found.equals(MemorySegment.NULL)) {
      throw new IllegalStateException("ONNX Runtime " + version + " has no version " + API_VERSION + " of its interface");
    }
    this.table = pointer(found, TABLE_LENGTH * ADDRESS.byteSize());
    this.getErrorMessage = function(2, ADDRESS);
    this.createSessionFromArray = function(8, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    this.run = function(9, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
    this.createTensor = function(49, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS);
    this.releaseStatus = procedure(93);
    this.releaseValue = procedure(96);
    MemorySegment out = arena.allocate(ADDRESS);
    check("CreateEnv", call(function(3, JAVA_INT, ADDRESS, ADDRESS), LOG_FATAL, arena.allocateFrom("fp4j"), out));
    this.environment = out.get(ADDRESS, 0);
    check("CreateSessionOptions", call(function(10, ADDRESS), out));
    this.sessionOptions = out.get(ADDRESS, 0);
    check("SetIntraOpNumThreads", call(function(24, ADDRESS, JAVA_INT), sessionOptions, 1));
    check("CreateCpuMemoryInfo", call(function(69, JAVA_INT, JAVA_INT, ADDRESS), DEVICE_ALLOCATOR, DEFAULT_MEMORY, out));
    this.cpuMemory = out.get(ADDRESS, 0);
  }

  String version() {
    return version;
  }

  /** A session that runs a model; it lives until the process ends. */
  MemorySegment session(byte[] model) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(model.length);
      MemorySegment.copy(model, 0, bytes, JAVA_BYTE, 0, model.length);
      MemorySegment out = arena.allocate(ADDRESS);
      check("CreateSessionFromArray", call(createSessionFromArray, environment, bytes, (long) model.length, sessionOptions, out));
      return out.get(ADDRESS, 0);
    }
  }

  /** Runs a session with input {@code x} and output {@code y}, vectors of {@code length} elements of the given ONNX types over the given memory. */
  void run(MemorySegment session, MemorySegment x, int xType, MemorySegment y, int yType, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment input = tensor(arena, x, xType, length);
      try {
        MemorySegment output = tensor(arena, y, yType, length);
        try {
          MemorySegment inputs = arena.allocateFrom(ADDRESS, input);
          MemorySegment outputs = arena.allocateFrom(ADDRESS, output);
          MemorySegment inputNames = arena.allocateFrom(ADDRESS, arena.allocateFrom("x"));
          MemorySegment outputNames = arena.allocateFrom(ADDRESS, arena.allocateFrom("y"));
          check("Run", call(run, session, MemorySegment.NULL, inputNames, inputs, 1L, outputNames, 1L, outputs));
        } finally {
          call(releaseValue, output);
        }
      } finally {
        call(releaseValue, input);
      }
    }
  }

  private MemorySegment tensor(Arena arena, MemorySegment data, int type, long length) {
    MemorySegment shape = arena.allocateFrom(JAVA_LONG, length);
    MemorySegment out = arena.allocate(ADDRESS);
    check("CreateTensorWithDataAsOrtValue", call(createTensor, cpuMemory, data, data.byteSize(), shape, 1L, type, out));
    return out.get(ADDRESS, 0);
  }

  private MethodHandle function(int index, MemoryLayout... arguments) {
    return handle(table.getAtIndex(ADDRESS, index), FunctionDescriptor.of(ADDRESS, arguments));
  }

  private MethodHandle procedure(int index) {
    return handle(table.getAtIndex(ADDRESS, index), FunctionDescriptor.ofVoid(ADDRESS));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(MemorySegment function, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(function, type);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment pointer(Object address, long bytes) {
    return ((MemorySegment) address).reinterpret(bytes);
  }

  private static String text(MemorySegment at) {
    return at.getString(0);
  }

  private static Object call(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("ONNX Runtime", e);
    }
  }

  private void check(String function, Object status) {
    MemorySegment address = (MemorySegment) status;
    if (!address.equals(MemorySegment.NULL)) {
      String message = text(pointer(call(getErrorMessage, address), MAX_TEXT));
      call(releaseStatus, address);
      throw new IllegalStateException(function + ": " + message);
    }
  }
}
