package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.Lifetime;
import java.lang.foreign.MemorySegment;

/** A queue of work for the device: what is put in runs in order. */
public final class CudaStream implements AutoCloseable {
  static final int NON_BLOCKING = 1; // CU_STREAM_NON_BLOCKING

  private final CudaContext context;
  private final Lifetime lifetime;
  private final MemorySegment handle;

  private CudaStream(CudaContext context, MemorySegment handle) {
    this.context = context;
    this.handle = handle;
    this.lifetime = new Lifetime(this, "CudaStream", context.destroying(context.api().streamDestroy, handle), context.lifetime);
  }

  static CudaStream create(CudaContext context, int priority) {
    return new CudaStream(context, context.handle(context.api().streamCreateWithPriority, NON_BLOCKING, priority));
  }

  /** The context that it belongs to. */
  public CudaContext context() {
    return context;
  }

  /** The {@code CUstream}, for other libraries. */
  public MemorySegment handle() {
    lifetime.requireOpen();
    return handle;
  }

  /** Waits until everything in it has been done, and reports what failed. */
  public void synchronize() {
    context.call(context.api().streamSynchronize, handle());
  }

  /** Whether everything in it has been done. */
  public boolean isDone() {
    return Readiness.of(context, context.api().streamQuery, handle());
  }

  /** What follows in this stream waits for {@code event}. */
  public void waitFor(CudaEvent event) {
    context.call(context.api().streamWaitEvent, handle(), event.handle(), 0);
  }

  /** Runs {@code work} with this stream recording instead of running: everything that it puts into this stream becomes the graph. */
  public CudaGraph capture(Runnable work) {
    return CudaGraph.capture(this, work);
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
