package io.github.fp4j.simd;

import io.github.fp4j.simd.MinifloatEncoder.Form;
import io.github.fp4j.simd.MinifloatEncoder.Target;

/** Encodes as if no value were NaN, and all again if one is. As far as whole vectors go; the rest, fewer than one turn, is left to the scalar codec. */
record OptimisticEncoder(MinifloatEncoder numbers, MinifloatEncoder anything) {

  static OptimisticEncoder of(Target target, int bits) {
    return new OptimisticEncoder(
        PerWidth.instance(MinifloatEncoder.class, MinifloatEncoderBody.class, bits, new Form(target, false)),
        PerWidth.instance(MinifloatEncoder.class, MinifloatEncoderBody.class, bits, new Form(target, true)));
  }

  /** Encodes one code to a byte; returns how many of the {@code length} values are done. */
  int encode(float[] values, int offset, byte[] codes, int codesOffset, int length) {
    int end = length - length % numbers.turn();
    if (!numbers.encode(values, offset, codes, codesOffset, end)) {
      anything.encode(values, offset, codes, codesOffset, end);
    }
    return end;
  }

  /** The same two codes to a byte, for a format of four bits. */
  int encodePacked(float[] values, int offset, byte[] packed, int packedOffset, int length) {
    int end = length - length % numbers.turn();
    if (!numbers.encodePacked(values, offset, packed, packedOffset, end)) {
      anything.encodePacked(values, offset, packed, packedOffset, end);
    }
    return end;
  }
}
