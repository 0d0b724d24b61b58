package io.github.fp4j.simd;

import io.github.fp4j.simd.MinifloatEncoder.Form;
import io.github.fp4j.simd.MinifloatEncoder.Target;

/** Encodes as if no value were NaN, and all again if one is. As far as whole vectors go; the rest, fewer than one turn, is left to the scalar codec. */
record OptimisticEncoder(MinifloatEncoder numbers, MinifloatEncoder anything) {

  static OptimisticEncoder of(Target target, boolean packed, int bits) {
    return new OptimisticEncoder(
        PerWidth.instance(MinifloatEncoder.class, MinifloatEncoderBody.class, bits, new Form(target, packed, false)),
        PerWidth.instance(MinifloatEncoder.class, MinifloatEncoderBody.class, bits, new Form(target, packed, true)));
  }

  /** Returns how many of the {@code length} values are done. */
  int encode(float[] values, int offset, byte[] codes, int codesOffset, int length) {
    int end = length - length % numbers.turn();
    if (!numbers.encode(values, offset, codes, codesOffset, end)) {
      anything.encode(values, offset, codes, codesOffset, end);
    }
    return end;
  }
}
