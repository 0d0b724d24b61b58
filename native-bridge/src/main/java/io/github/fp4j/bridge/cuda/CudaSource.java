package io.github.fp4j.bridge.cuda;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A source for NVRTC with everything that it includes.
 *
 * @param name its name in messages, e.g. {@code quantize.cu}
 * @param text the source
 * @param headers what {@code #include} finds: names as they are written there, and texts
 */
public record CudaSource(String name, String text, Map<String, String> headers) {
  public CudaSource {
    headers = Collections.unmodifiableMap(new TreeMap<>(headers));
  }

  /** A source that includes nothing. */
  public static CudaSource of(String name, String text) {
    return new CudaSource(name, text, Map.of());
  }
}
