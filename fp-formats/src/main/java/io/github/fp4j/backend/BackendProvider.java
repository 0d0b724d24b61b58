package io.github.fp4j.backend;

import java.util.List;

/** Found with {@link java.util.ServiceLoader}; lists the backends of one library, the unavailable ones included. */
public interface BackendProvider {

  /** The backends, best first. Never throws. */
  List<Backend> backends();
}
