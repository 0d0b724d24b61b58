package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReferenceBackend;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How steps are computed; results do not depend on it.
 *
 * @param kernels the array kernels
 * @param executor runs {@code threads - 1} helpers beside the calling thread, or null for none; it must be able to run them at the same time
 * @param threads threads in all, at least 1
 * @param measured whether gradients' norms and updates' root mean squares are always measured, which costs up to two more passes over memory
 */
public record Execution(OptimizerKernels kernels, @Nullable Executor executor, int threads, boolean measured) {

  public Execution {
    if (threads < 1) {
      throw new IllegalArgumentException("threads = " + threads + ": expected at least 1");
    }
  }

  /** The scalar loops, everything measured: the step to compare with. */
  public static Execution reference() {
    return new Execution(ReferenceBackend.INSTANCE.optimizers().orElseThrow(), null, 1, true);
  }

  /** The kernels of the first backend that runs here, other than the scalar loops where there is one; on the calling thread, everything measured. */
  public static Execution fastest() {
    OptimizerKernels kernels =
        Backends.available().stream()
            .filter(backend -> backend != ReferenceBackend.INSTANCE)
            .flatMap(backend -> backend.optimizers().stream())
            .findFirst()
            .orElseGet(() -> ReferenceBackend.INSTANCE.optimizers().orElseThrow());
    return new Execution(kernels, null, 1, true);
  }
}
