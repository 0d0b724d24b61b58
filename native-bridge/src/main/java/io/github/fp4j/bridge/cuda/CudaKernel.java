package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import io.github.fp4j.bridge.internal.sys.LaunchStructs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A kernel of a module; it lives as long as the module is open. */
public final class CudaKernel {
  private static final int STATIC_LIMIT = 48 * 1024; // more dynamic shared memory has to be asked for

  private final CudaModule module;
  private final String name;
  private final MemorySegment handle;
  private int allowedShared = STATIC_LIMIT; // guarded by this

  CudaKernel(CudaModule module, String name, MemorySegment handle) {
    this.module = module;
    this.name = name;
    this.handle = handle;
  }

  /** Its name in the module. */
  public String name() {
    return name;
  }

  private CudaContext context() {
    return module.context();
  }

  /** One fact about it. */
  public int attribute(FunctionAttribute attribute) {
    module.lifetime().requireOpen();
    return context().current(() -> context().driver.calls.integer(context().api().funcGetAttribute, attribute.code(), handle));
  }

  /** How many blocks of {@code threads} threads with this much dynamic shared memory a multiprocessor holds at once. */
  public int blocksPerMultiprocessor(int threads, long sharedBytes) {
    module.lifetime().requireOpen();
    return context().current(() -> context().driver.calls.integer(context().api().occupancy, handle, threads, sharedBytes));
  }

  /**
   * Puts one launch into a stream.
   *
   * @param arguments the kernel's parameters in order: Integer, Long (also an address), Float or {@link DeviceBuffer} each. That number and kinds are those that
   *     the kernel was compiled with is for the caller to know; the driver cannot check it
   * @throws IllegalArgumentException if the device cannot do it, or an argument is of another kind or context; nothing has been launched
   */
  public void launch(CudaStream stream, Launch launch, Object... arguments) {
    if (stream.context() != context()) {
      throw new IllegalArgumentException("stream is of another context: expected one of the kernel's own");
    }
    launch.check(context().device());
    module.lifetime().enter();
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment parameters = parameters(scratch, arguments);
      List<LaunchAttribute> wishes = launch.attributes();
      MemorySegment attributes = wishes.isEmpty() ? MemorySegment.NULL : scratch.allocate(LaunchStructs.ATTRIBUTE, wishes.size());
      for (int i = 0; i < wishes.size(); i++) {
        int[] value = wishes.get(i).value().stream().mapToInt(Integer::intValue).toArray();
        LaunchStructs.writeAttribute(attributes, i, wishes.get(i).id().code(), value);
      }
      MemorySegment config = scratch.allocate(LaunchStructs.CONFIG);
      Launch.Size grid = launch.grid();
      Launch.Size block = launch.block();
      int[] sizes = {grid.x(), grid.y(), grid.z(), block.x(), block.y(), block.z(), launch.sharedBytes()};
      LaunchStructs.writeConfig(config, sizes, stream.handle(), attributes, wishes.size());
      allowShared(launch.sharedBytes());
      context().call(context().api().launchKernelEx, config, handle, parameters, MemorySegment.NULL);
    } finally {
      module.lifetime().exit();
    }
  }

  private synchronized void allowShared(int bytes) {
    if (bytes > allowedShared) {
      context().call(context().api().funcSetAttribute, handle, FunctionAttribute.MAX_DYNAMIC_SHARED_SIZE_BYTES.code(), bytes);
      allowedShared = bytes;
    }
  }

  /** An array of pointers to the values, as the driver wants them. */
  private MemorySegment parameters(Arena scratch, Object[] arguments) {
    MemorySegment pointers = scratch.allocate(ADDRESS, Math.max(1, arguments.length));
    MemorySegment values = scratch.allocate(ValueLayout.JAVA_LONG, Math.max(1, arguments.length));
    for (int i = 0; i < arguments.length; i++) {
      long at = 8L * i;
      switch (arguments[i]) {
        case Integer value -> values.set(ValueLayout.JAVA_INT, at, value);
        case Long value -> values.set(ValueLayout.JAVA_LONG, at, value);
        case Float value -> values.set(ValueLayout.JAVA_FLOAT, at, value);
        case DeviceBuffer buffer -> values.set(ValueLayout.JAVA_LONG, at, addressHere(i, buffer));
        case null, default ->
            throw new IllegalArgumentException(
                name + ": argument " + i + " = " + arguments[i] + ": expected an Integer, a Long, a Float or a DeviceBuffer");
      }
      pointers.setAtIndex(ADDRESS, i, values.asSlice(at));
    }
    return pointers;
  }

  private long addressHere(int argument, DeviceBuffer buffer) {
    if (buffer.context() != context()) {
      throw new IllegalArgumentException(name + ": argument " + argument + " lies in another context: expected the kernel's own");
    }
    return buffer.address();
  }
}
