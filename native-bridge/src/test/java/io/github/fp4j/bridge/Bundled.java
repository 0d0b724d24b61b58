package io.github.fp4j.bridge;

import static org.junit.jupiter.api.Assumptions.abort;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.ConversionKernels;

/** The backends that come with fp4j; a test that needs one which this machine cannot have is reported as aborted, with the reason. */
final class Bundled {
  private Bundled() {}

  static ConversionKernels kernels(String name) {
    return backend(name).conversions().orElseThrow();
  }

  static Backend backend(String name) {
    Backend backend = Backends.all().stream().filter(candidate -> candidate.name().equals(name)).findFirst().orElseThrow();
    if (backend.availability() instanceof Availability.Unavailable(String reason)) {
      String message = "NOT RUN: backend " + name + " is unavailable: " + reason;
      System.err.println(message);
      return abort(message);
    }
    return backend;
  }
}
