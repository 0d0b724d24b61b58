package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.cuda.KernelEntry.Parameter;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The kernels of cuda-src on one device: compiled by NVRTC from the packaged sources when a file is first needed, or taken from the cache, and launched with
 * arguments that are checked against {@code kernel_list.h}.
 */
final class DeviceKernels implements AutoCloseable {
  /** Bytes of the structs that kernels take by value: those of the C ABI, and {@code fp4j::AccumulationModel}. */
  private static final Map<String, Long> STRUCTS = Map.of("fp4j_profile", 240L, "fp4j_stochastic", 24L, "fp4j_accumulation", 24L);

  /** In place of a pointer that may be null. */
  static final Object NULL = new Object();

  private final CudaContext context;
  private final Nvrtc nvrtc;
  private final CubinCache cache;
  private final KernelList list = new KernelList();
  private final Map<String, CudaModule> modules = new HashMap<>(); // guarded by this, as are kernels
  private final Map<String, CudaKernel> kernels = new HashMap<>();

  DeviceKernels(CudaContext context, Nvrtc nvrtc, CubinCache cache) {
    this.context = context;
    this.nvrtc = nvrtc;
    this.cache = cache;
  }

  KernelList list() {
    return list;
  }

  CudaContext context() {
    return context;
  }

  /** Whether the device has this kernel. */
  boolean has(String name) {
    return list.entry(name).runsOn(context.device().computeCapability());
  }

  /**
   * Launches a kernel over its work.
   *
   * @param units how much there is to do, in the kernel's unit; nothing is launched for 0
   * @param arguments a {@link DeviceRange}, {@link #NULL}, Integer, Long or struct each
   * @throws IllegalArgumentException if the device has no such kernel, or an argument is not what its parameter is; nothing has been launched
   */
  void launch(CudaStream stream, String name, long units, Object... arguments) {
    KernelEntry entry = list.entry(name);
    if (!entry.runsOn(context.device().computeCapability())) {
      throw new IllegalArgumentException(name + " is for " + entry.architectures() + ": " + context.device() + " does not have it");
    }
    if (units < 0) {
      throw new IllegalArgumentException(name + ": " + entry.unit() + " = " + units + ": expected at least 0");
    }
    Object[] passed = checked(entry, arguments);
    if (units > 0) {
      kernel(entry).launch(stream, Launch.of(blocks(entry, units), entry.threads()), passed);
    }
  }

  /** Enough to cover the work in one stride, but no more than fill the device a few times. */
  private int blocks(KernelEntry entry, long units) {
    long most = 32L * context.device().limit(DeviceAttribute.MULTIPROCESSOR_COUNT);
    return (int) Math.min(Math.ceilDiv(units, entry.unitsPerBlock()), most);
  }

  private static Object[] checked(KernelEntry entry, Object[] arguments) {
    List<Parameter> parameters = entry.parameters();
    if (arguments.length != parameters.size()) {
      throw new IllegalArgumentException(entry.name() + " has " + arguments.length + " arguments: expected " + parameters.size());
    }
    Object[] passed = new Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      passed[i] = checked(entry, parameters.get(i), arguments[i]);
    }
    return passed;
  }

  private static Object checked(KernelEntry entry, Parameter parameter, Object argument) {
    if (parameter.isPointer()) {
      if (argument == NULL) {
        return 0L;
      }
      if (argument instanceof DeviceRange range) {
        if (range.address() % parameter.elementBytes() != 0) {
          throw new IllegalArgumentException(
              entry.name() + ": " + parameter.name() + " starts at 0x" + Long.toHexString(range.address()) + ": expected a multiple of " + parameter.elementBytes());
        }
        return range;
      }
    }
    boolean fits =
        switch (parameter.type()) {
          case "int", "unsigned" -> argument instanceof Integer;
          case "long long" -> argument instanceof Long;
          default -> argument instanceof MemorySegment struct && Long.valueOf(struct.byteSize()).equals(STRUCTS.get(parameter.type()));
        };
    if (!fits) {
      throw new IllegalArgumentException(entry.name() + ": " + parameter.name() + " = " + argument + ": expected a " + parameter.type());
    }
    return argument;
  }

  private synchronized CudaKernel kernel(KernelEntry entry) {
    return kernels.computeIfAbsent(
        entry.name(), name -> modules.computeIfAbsent(entry.file(), file -> context.load(image(file))).kernel(name));
  }

  private byte[] image(String file) {
    return cache.compile(nvrtc, list.source(file), context.device().computeCapability().architecture(), List.of("-std=c++17"));
  }

  @Override
  public synchronized void close() {
    modules.values().forEach(CudaModule::close);
  }
}
