package io.github.fp4j.backend;

import java.util.Optional;
import java.util.OptionalInt;

/** One implementation of some of the kernel contracts. Thread-safe; its kernels are too. */
public interface Backend {

  /** Short name for command lines and reports, lower case, e.g. {@code simd-512}. Unique among the backends of one path. */
  String name();

  /** What it is, in one line: library, version, instruction set. */
  String description();

  /** Where it stands among those that {@link Backends#fastest} chooses from, the smallest first; empty for one that is only ever asked for by name. */
  default OptionalInt rank() {
    return OptionalInt.empty();
  }

  /** Whether it can run here. Never throws. The kernels of an unavailable backend are empty. */
  Availability availability();

  /** Conversions between float arrays and codes. */
  default Optional<ConversionKernels> conversions() {
    return Optional.empty();
  }

  /** Block quantisation and what belongs to it. */
  default Optional<BlockKernels> blocks() {
    return Optional.empty();
  }

  /** Block quantisation of native memory. */
  default Optional<SegmentQuantizer> segments() {
    return Optional.empty();
  }

  /** Matrix products of packed operands. */
  default Optional<GemmKernels> gemms() {
    return Optional.empty();
  }

  /** The array kernels of optimizer steps. */
  default Optional<OptimizerKernels> optimizers() {
    return Optional.empty();
  }
}
