package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.bridge.CompiledC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The driver of {@code cuda-src/shim/driver/driver.c}: a copy with a state of its own for each test, found as {@code libcuda.so.1} by the usual search. */
@SuppressWarnings("restricted")
public final class FakeDriver implements AutoCloseable {
  static final Path SOURCE = Path.of("..", "cuda-src", "shim", "driver", "driver.c");
  private static final Path CUDA_HEADERS = Path.of("/usr/local/cuda/include");

  private final SymbolLookup symbols;
  private final CudaDriver driver;
  private final Arena stubs = Arena.ofAuto();

  private FakeDriver(Path library, CudaDriver driver) {
    this.symbols = SymbolLookup.libraryLookup(library, Arena.global());
    this.driver = driver;
  }

  /** Builds it into {@code folder} and has the search find it there. */
  public static FakeDriver install(Path folder) throws IOException {
    Path library = build(folder);
    return new FakeDriver(library, CudaDriver.find().orElseThrow());
  }

  /** Builds it with compiler flags, as {@link #install} does, without opening it. */
  static Path build(Path folder, String... flags) throws IOException {
    List<String> all = new ArrayList<>(List.of(flags));
    if (Files.exists(CUDA_HEADERS.resolve("cuda.h"))) {
      all.addAll(List.of("-DFAKE_WITH_CUDA_H", "-I" + CUDA_HEADERS));
    }
    Path library = CompiledC.copyOf(SOURCE, Files.createDirectories(folder).resolve("libcuda.so.1"), all);
    System.setProperty("fp4j.cuda.path", folder.toString());
    return library;
  }

  CudaDriver driver() {
    return driver;
  }

  CudaDevice device() {
    return driver.devices().getFirst();
  }

  /** How many functions of the driver were called. */
  long calls() {
    return number("fake_calls");
  }

  /** How many handles and allocations are not destroyed. */
  long live() {
    return number("fake_live");
  }

  long launches() {
    return number("fake_launches");
  }

  /** Contexts on the calling thread's stack. */
  long depth() {
    return number("fake_depth");
  }

  public void devices(int count, int major, int minor) {
    call("fake_devices", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT), count, major, minor);
  }

  /** Makes a call of {@code function} fail, after so many that succeed. */
  void fail(String function, int status, int after) {
    try (Arena scratch = Arena.ofConfined()) {
      call("fake_fail", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT), scratch.allocateFrom(function), status, after);
    }
  }

  void fail(String function, int status) {
    fail(function, status, 0);
  }

  /** Makes so many queries answer that they are not ready. */
  void busy(int times) {
    call("fake_busy", FunctionDescriptor.ofVoid(JAVA_INT), times);
  }

  /** What a kernel does, on the thread that launches it. */
  interface KernelBody {
    /**
     * @param launch what it was launched with
     * @param parameters a segment of eight bytes for each
     */
    void run(Seen launch, List<MemorySegment> parameters);
  }

  /** A launch as the driver saw it. */
  record Seen(String name, List<Integer> grid, List<Integer> block, int shared, Map<Integer, List<Integer>> attributes) {}

  Seen lastLaunch() {
    return seen((MemorySegment) call("fake_last_launch", FunctionDescriptor.of(ADDRESS)));
  }

  private static Seen seen(MemorySegment address) {
    MemorySegment launch = address.reinterpret(32 + 16 + 48 + 64);
    List<Integer> ints = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      ints.add(launch.getAtIndex(JAVA_INT, i));
    }
    Map<Integer, List<Integer>> attributes = new TreeMap<>();
    for (int i = 0; i < ints.get(7); i++) {
      attributes.put(ints.get(8 + i), ints.subList(12 + 3 * i, 15 + 3 * i));
    }
    return new Seen(launch.getString(96), ints.subList(0, 3), ints.subList(3, 6), ints.get(6), attributes);
  }

  /** Gives a kernel a body; without one a launch is only recorded. */
  void kernel(String name, int parameters, KernelBody body) {
    try (Arena scratch = Arena.ofConfined()) {
      MethodHandle upcall =
          MethodHandles.lookup()
              .findStatic(
                  FakeDriver.class, "runBody", MethodType.methodType(void.class, KernelBody.class, int.class, MemorySegment.class, MemorySegment.class));
      MemorySegment stub =
          Linker.nativeLinker()
              .upcallStub(MethodHandles.insertArguments(upcall, 0, body, parameters), FunctionDescriptor.ofVoid(ADDRESS, ADDRESS), stubs);
      call("fake_kernel", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_INT), scratch.allocateFrom(name), stub, parameters);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** Gives a kernel a body in C. */
  void kernel(String name, int parameters, MemorySegment body) {
    try (Arena scratch = Arena.ofConfined()) {
      call("fake_kernel", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_INT), scratch.allocateFrom(name), body, parameters);
    }
  }

  private static void runBody(KernelBody body, int count, MemorySegment launch, MemorySegment parameters) {
    MemorySegment pointers = parameters.reinterpret(ADDRESS.byteSize() * Math.max(1, count));
    List<MemorySegment> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(pointers.getAtIndex(ADDRESS, i).reinterpret(8));
    }
    body.run(seen(launch), values);
  }

  /** Device memory, which here is host memory. */
  static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private long number(String function) {
    boolean isLong = function.equals("fake_calls");
    Object number = call(function, FunctionDescriptor.of(isLong ? JAVA_LONG : JAVA_INT));
    return ((Number) number).longValue();
  }

  private Object call(String function, FunctionDescriptor shape, Object... arguments) {
    try {
      return Linker.nativeLinker().downcallHandle(symbols.find(function).orElseThrow(), shape).invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    System.clearProperty("fp4j.cuda.path");
  }
}
