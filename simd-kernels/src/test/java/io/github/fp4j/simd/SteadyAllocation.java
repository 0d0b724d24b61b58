package io.github.fp4j.simd;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What kernels allocate once the JVM has compiled them. How long that takes depends on the machine's load, so the limit is one of work: rounds of calls, the later of
 * which begin when the compiler has nothing left to do.
 */
public final class SteadyAllocation {
  private static final int CALLS = 50;

  /** On an idle machine kernels are compiled within 20: by C1, by C2 for its first loop and for itself, and again where a profile was wrong. */
  private static final int ROUNDS = 500;

  /** The first rounds run on as callers do, beside the compiler. */
  private static final int ROUNDS_BESIDE_COMPILER = 100;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private SteadyAllocation() {}

  /** @param result bytes of what a call returns, which are allowed */
  public record Kernel(String name, long result, Runnable call) {
    public Kernel(String name, Runnable call) {
      this(name, 0, call);
    }

    private boolean allocates() {
      return bytesPerCall() > result;
    }

    /** Of the calls after the first, which may make a plan; rounded up. */
    private long bytesPerCall() {
      call.run();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      return Math.ceilDiv(THREADS.getCurrentThreadAllocatedBytes() - before, CALLS);
    }
  }

  /** The kernels that never come to allocate nothing but their result, with what they allocate; none if all of them do so one after the other. */
  public static List<String> stillAllocating(List<Kernel> kernels) {
    List<Kernel> allocating = kernels;
    for (int round = 0; round < ROUNDS && !allocating.isEmpty(); round++) {
      if (round >= ROUNDS_BESIDE_COMPILER) {
        awaitCompiler();
      }
      allocating = allocating.stream().filter(Kernel::allocates).toList();
      if (allocating.isEmpty()) { // all of them once more
        allocating = kernels.stream().filter(Kernel::allocates).toList();
      }
    }
    return allocating.stream().map(kernel -> kernel.name + ": " + kernel.bytesPerCall() + " bytes a call after " + ROUNDS + " rounds").toList();
  }

  private static void awaitCompiler() {
    try {
      while (!compilerIsIdle()) {
        Thread.sleep(1);
      }
    } catch (JMException e) {
      throw new IllegalStateException("this JVM does not say what its compiler has to do", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether no compilation runs or waits: {@code jcmd Compiler.queue} lists them below its three headings. */
  private static boolean compilerIsIdle() throws JMException {
    String queue =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "compilerQueue", null, null);
    return queue.lines().map(String::strip).noneMatch(line -> !line.isEmpty() && !line.endsWith(":") && !line.equals("Empty"));
  }
}
