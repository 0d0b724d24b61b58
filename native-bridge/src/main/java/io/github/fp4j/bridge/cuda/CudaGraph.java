package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.Lifetime;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Work that was recorded from a stream, ready to be launched as one. The buffers and modules that it uses must be open whenever it is launched; the recording
 * does not keep them.
 */
public final class CudaGraph implements AutoCloseable {
  static final int THREAD_LOCAL = 1; // CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: other threads may go on as they like

  private final CudaContext context;
  private final Lifetime lifetime;
  private final MemorySegment executable;
  private final long nodes;

  private CudaGraph(CudaContext context, MemorySegment executable, long nodes) {
    this.context = context;
    this.executable = executable;
    this.nodes = nodes;
    this.lifetime = new Lifetime(this, "CudaGraph", context.destroying(context.api().graphExecDestroy, executable), context.lifetime);
  }

  static CudaGraph capture(CudaStream stream, Runnable work) {
    CudaContext context = stream.context();
    context.call(context.api().streamBeginCapture, stream.handle(), THREAD_LOCAL);
    MemorySegment graph;
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      abandon(stream, e);
      throw e;
    }
    graph = end(stream);
    try {
      long nodes = count(context, graph);
      return new CudaGraph(context, context.handle(context.api().graphInstantiate, graph, 0L), nodes);
    } finally {
      context.call(context.api().graphDestroy, graph);
    }
  }

  /** Ends a capture whose work has failed; a second failure is told with the first. */
  private static void abandon(CudaStream stream, Throwable failure) {
    try {
      CudaContext context = stream.context();
      MemorySegment graph = end(stream);
      if (!graph.equals(MemorySegment.NULL)) {
        context.call(context.api().graphDestroy, graph);
      }
    } catch (CudaException e) {
      failure.addSuppressed(e);
    }
  }

  private static MemorySegment end(CudaStream stream) {
    CudaContext context = stream.context();
    return context.current(
        () -> {
          try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ValueLayout.ADDRESS);
            context.driver.calls.call(context.api().streamEndCapture, stream.handle(), out);
            return out.get(ValueLayout.ADDRESS, 0);
          }
        });
  }

  private static long count(CudaContext context, MemorySegment graph) {
    return context.current(
        () -> {
          try (Arena scratch = Arena.ofConfined()) {
            MemorySegment count = scratch.allocate(ValueLayout.JAVA_LONG);
            context.driver.calls.call(context.api().graphGetNodes, graph, MemorySegment.NULL, count);
            return count.get(ValueLayout.JAVA_LONG, 0);
          }
        });
  }

  /** How many operations it holds. */
  public long nodes() {
    return nodes;
  }

  /** Puts all of it into a stream. */
  public void launch(CudaStream stream) {
    lifetime.requireOpen();
    context.call(context.api().graphLaunch, executable, stream.handle());
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
