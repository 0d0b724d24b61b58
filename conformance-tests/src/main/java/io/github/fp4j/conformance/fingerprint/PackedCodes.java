package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.gemm.OperandFormat;

/** Codes one to an int, as {@link io.github.fp4j.formats.gemm.GemmOperand} has them in memory. */
public final class PackedCodes {
  private PackedCodes() {}

  /** {@code elements.length} elements of {@code format}; a code stands in the low bits of its int. */
  public static byte[] of(OperandFormat format, int[] elements) {
    int bits = format.storedBits();
    byte[] codes = new byte[elements.length * bits / 8];
    for (int i = 0; i < elements.length; i++) {
      int word = bits == 32 ? elements[i] << 32 - format.element().width() : elements[i];
      if (bits == 4) {
        codes[i / 2] |= (byte) (word << 4 * (i & 1));
      } else {
        for (int part = 0; part < bits / 8; part++) {
          codes[i * bits / 8 + part] = (byte) (word >> 8 * part);
        }
      }
    }
    return codes;
  }
}
