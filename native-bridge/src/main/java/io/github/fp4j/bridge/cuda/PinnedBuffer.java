package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.Lifetime;
import java.lang.foreign.MemorySegment;

/** Page-locked memory of the host: copies between it and the device run beside other work. */
public final class PinnedBuffer implements AutoCloseable {
  static final int PORTABLE = 1; // CU_MEMHOSTALLOC_PORTABLE: pinned for every context

  private final Lifetime lifetime;
  private final MemorySegment memory;

  private PinnedBuffer(CudaContext context, MemorySegment memory) {
    this.memory = memory;
    MemorySegment base = MemorySegment.ofAddress(memory.address());
    this.lifetime = new Lifetime(this, "PinnedBuffer of " + memory.byteSize() + " bytes", context.destroying(context.api().memFreeHost, base), context.lifetime);
  }

  @SuppressWarnings("restricted")
  static PinnedBuffer allocate(CudaContext context, long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes = " + bytes + ": expected at least 1");
    }
    return new PinnedBuffer(context, context.handle(context.api().memHostAlloc, bytes, PORTABLE).reinterpret(bytes));
  }

  /** All of it. It must not be used after {@link #close}, which nothing can check. */
  public MemorySegment memory() {
    lifetime.requireOpen();
    return memory;
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
