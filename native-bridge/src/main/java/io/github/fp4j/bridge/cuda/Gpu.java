package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.bridge.NativeCallException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The first GPU of this machine with its primary context and one stream, as the backends use it, or why there is none. It stays open until the JVM ends.
 *
 * @param context its primary context; null if there is none
 * @param stream a stream in it; null if there is none
 * @param unavailable why there is none; empty if there is one
 */
record Gpu(@Nullable CudaContext context, @Nullable CudaStream stream, String unavailable) {

  private static final class Holder {
    static final Gpu GPU = find();
  }

  /** The one that all backends share, looked for once. Never throws. */
  static Gpu ofThisMachine() {
    return Holder.GPU;
  }

  /** Looks for it. Never throws. */
  static Gpu find() {
    return switch (CudaDriver.find()) {
      case Discovery.Unavailable<CudaDriver> missing -> new Gpu(null, null, missing.reason());
      case Discovery.Found<CudaDriver> found -> first(found.library());
    };
  }

  private static Gpu first(CudaDriver driver) {
    try {
      CudaContext context = driver.devices().getFirst().primaryContext();
      return new Gpu(context, context.createStream(), "");
    } catch (NativeCallException | NoSuchElementException e) {
      return new Gpu(null, null, "no GPU: " + e.getMessage());
    }
  }
}
