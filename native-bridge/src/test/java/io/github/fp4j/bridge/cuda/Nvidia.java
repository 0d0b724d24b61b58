package io.github.fp4j.bridge.cuda;

import static org.junit.jupiter.api.Assumptions.abort;

import io.github.fp4j.bridge.Discovery;

/** NVIDIA's real libraries, where {@code conformance-tests/peers/fetch} or an installation has put them; a test that needs one which is missing is reported as aborted. */
final class Nvidia {
  private Nvidia() {}

  static <T> T present(Discovery<T> discovery) {
    if (discovery instanceof Discovery.Unavailable<T> missing) {
      String message = "NOT RUN: " + missing.reason();
      System.err.println(message);
      return abort(message);
    }
    return discovery.orElseThrow();
  }
}
