package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.cuda.KernelEntry.Parameter;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi;
import io.github.fp4j.bridge.internal.sys.Fp4jOptimAbi;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The kernels of cuda-src on one device: a file's image is loaded when one of its kernels is first needed, and launched with arguments that are checked against {@code kernel_list.h}. */
final class DeviceKernels implements AutoCloseable {
  /** Bytes of the structs that kernels take by value: those of the C ABI, and {@code fp4j::AccumulationModel}. */
  static final Map<String, Long> STRUCTS =
      Map.of(
          "fp4j_profile", Fp4jBlocksAbi.PROFILE_BYTES,
          "fp4j_stochastic", Fp4jBlocksAbi.STOCHASTIC_BYTES,
          "fp4j_accumulation", (long) ModelStruct.BYTES,
          "fp4j_adam", Fp4jOptimAbi.ADAM_BYTES);

  private final CudaContext context;
  private final KernelImages images;
  private final KernelList list = new KernelList();
  private final Map<String, CudaModule> modules = new HashMap<>(); // guarded by this, as are kernels
  private final Map<String, CudaKernel> kernels = new HashMap<>();

  DeviceKernels(CudaContext context, KernelImages images) {
    this.context = context;
    this.images = images;
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
   * @param arguments one for each parameter of the kernel, by its name, and no other
   * @throws IllegalArgumentException if the device has no such kernel, or an argument is not what its parameter is; nothing has been launched
   */
  void launch(CudaStream stream, String name, long units, KernelArguments arguments) {
    KernelEntry entry = list.entry(name);
    if (!entry.runsOn(context.device().computeCapability())) {
      throw new IllegalArgumentException(name + " is for " + entry.architectures() + ": " + context.device() + " does not have it");
    }
    if (units < 0) {
      throw new IllegalArgumentException(name + ": " + entry.unit() + " = " + units + ": expected at least 0");
    }
    Object[] passed = inOrder(entry, arguments.values());
    if (units > 0) {
      kernel(entry).launch(stream, Launch.of(blocks(entry, units), entry.threads()), passed);
    }
  }

  /** Enough to cover the work in one stride, but no more than fill the device a few times. */
  private int blocks(KernelEntry entry, long units) {
    long most = 32L * context.device().limit(DeviceAttribute.MULTIPROCESSOR_COUNT);
    return (int) Math.min(Math.ceilDiv(units, entry.unitsPerBlock()), most);
  }

  private static Object[] inOrder(KernelEntry entry, Map<String, Object> arguments) {
    TreeSet<String> superfluous = new TreeSet<>(arguments.keySet());
    Object[] passed = new Object[entry.parameters().size()];
    for (int i = 0; i < passed.length; i++) {
      Parameter parameter = entry.parameters().get(i);
      superfluous.remove(parameter.name());
      passed[i] = checked(entry, parameter, arguments.get(parameter.name()));
    }
    if (!superfluous.isEmpty()) {
      throw new IllegalArgumentException(entry.name() + " has no parameter " + String.join(", ", superfluous));
    }
    return passed;
  }

  private static Object checked(KernelEntry entry, Parameter parameter, @Nullable Object argument) {
    if (argument == null) {
      throw new IllegalArgumentException(entry.name() + ": " + parameter.name() + " is not given: expected a " + parameter.type());
    }
    if (parameter.isPointer()) {
      if (argument == KernelArguments.NULL) {
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
          case "float" -> argument instanceof Float;
          default -> argument instanceof MemorySegment struct && Long.valueOf(struct.byteSize()).equals(STRUCTS.get(parameter.type()));
        };
    if (!fits) {
      throw new IllegalArgumentException(entry.name() + ": " + parameter.name() + " = " + argument + ": expected a " + parameter.type());
    }
    return argument;
  }

  private synchronized CudaKernel kernel(KernelEntry entry) {
    return kernels.computeIfAbsent(
        entry.name(),
        name -> modules.computeIfAbsent(entry.file(), file -> context.load(images.image(file, context.device().computeCapability()))).kernel(name));
  }

  @Override
  public synchronized void close() {
    modules.values().forEach(CudaModule::close);
  }
}
