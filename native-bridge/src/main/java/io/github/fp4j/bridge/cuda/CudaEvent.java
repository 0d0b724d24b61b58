package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.Lifetime;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A mark in a stream, with the time at which the device passed it. */
public final class CudaEvent implements AutoCloseable {
  static final int DEFAULT = 0; // CU_EVENT_DEFAULT: keeps time

  private final CudaContext context;
  private final Lifetime lifetime;
  private final MemorySegment handle;

  private CudaEvent(CudaContext context, MemorySegment handle) {
    this.context = context;
    this.handle = handle;
    this.lifetime = new Lifetime(this, "CudaEvent", context.destroying(context.api().eventDestroy, handle), context.lifetime);
  }

  static CudaEvent create(CudaContext context) {
    return new CudaEvent(context, context.handle(context.api().eventCreate, DEFAULT));
  }

  MemorySegment handle() {
    lifetime.requireOpen();
    return handle;
  }

  /** Puts the mark into {@code stream}. */
  public void record(CudaStream stream) {
    context.call(context.api().eventRecord, handle(), stream.handle());
  }

  /** Whether the device has passed it. */
  public boolean isDone() {
    return Readiness.of(context, context.api().eventQuery, handle());
  }

  /** Waits until the device has passed it. */
  public void synchronize() {
    context.call(context.api().eventSynchronize, handle());
  }

  /** Milliseconds on the device between {@code earlier} and this one, both of which it has passed; about half a microsecond fine. */
  public float millisecondsSince(CudaEvent earlier) {
    MemorySegment from = earlier.handle();
    MemorySegment to = handle();
    return context.current(
        () -> {
          try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ValueLayout.JAVA_FLOAT);
            context.driver.calls.call(context.api().eventElapsedTime, out, from, to);
            return out.get(ValueLayout.JAVA_FLOAT, 0);
          }
        });
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
