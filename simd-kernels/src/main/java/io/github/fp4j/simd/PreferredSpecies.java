package io.github.fp4j.simd;

import jdk.incubator.vector.VectorShape;

/** The JVM's own choice of vector width; a class of its own because loading it needs the Vector API. */
final class PreferredSpecies {
  private PreferredSpecies() {}

  /** The width in bits at which every lane type is supported in hardware. */
  static int bits() {
    return VectorShape.preferredShape().vectorBitSize();
  }
}
