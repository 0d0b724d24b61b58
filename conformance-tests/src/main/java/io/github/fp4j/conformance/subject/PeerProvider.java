package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BackendProvider;
import java.util.List;

/** Lists the known peers for {@link java.util.ServiceLoader}, those that are not here included. */
public final class PeerProvider implements BackendProvider {

  /** For {@link java.util.ServiceLoader}. */
  public PeerProvider() {}

  @Override
  public List<Backend> backends() {
    return List.of(Ggml.find());
  }
}
