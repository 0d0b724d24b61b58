package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.sys.NativeFunction;
import java.lang.foreign.MemorySegment;

/** Queries whose status is an answer: ready, not ready, or a failure. */
final class Readiness {
  private Readiness() {}

  static boolean of(CudaContext context, NativeFunction query, MemorySegment handle) {
    int status = context.current(() -> query.call(handle));
    if (status != 0 && status != CudaException.NOT_READY) {
      throw context.driver.failure(query.name(), status);
    }
    return status == 0;
  }
}
