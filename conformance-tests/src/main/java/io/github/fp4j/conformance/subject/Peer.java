package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.Map;

/** An implementation by others. It is judged by its own profiles: what these say is what it does. */
public interface Peer extends Backend {

  /** Each of its block quantisers, with NVIDIA's rule for the same format, for comparison. */
  Map<QuantizationProfile, QuantizationProfile> rivals();
}
