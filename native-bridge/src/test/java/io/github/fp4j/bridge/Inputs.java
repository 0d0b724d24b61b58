package io.github.fp4j.bridge;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.Staircase;
import io.github.fp4j.formats.UnsignedPolicy;
import io.github.fp4j.formats.ZeroSign;
import java.util.ArrayList;
import java.util.List;

/** The conversions and the values of the quick sweep. */
final class Inputs {
  /** Every value of fp16 and of bf16. */
  static final int SIXTEEN_BIT_COUNT = 2 << 16;

  private Inputs() {}

  /** Every deterministic conversion of the named formats of at most eight bits; policies that a format ignores are not varied. */
  static List<Conversion> conversions() {
    List<Conversion> conversions = new ArrayList<>();
    for (FloatFormat format : FloatFormat.named()) {
      if (format.width() > 8) {
        continue;
      }
      for (Rounding rounding : Rounding.values()) {
        for (Overflow overflow : Overflow.values()) {
          for (NanPolicy nan : NanPolicy.values()) {
            boolean exists =
                rounding != Rounding.STOCHASTIC
                    && (overflow != Overflow.INFINITY || format.hasInfinity())
                    && (overflow != Overflow.NAN || format.hasNan())
                    && (format.hasNan() || !nan.name().endsWith("_NAN"));
            if (exists) {
              add(conversions, Conversion.cuda(format).with(rounding).with(overflow).with(nan));
            }
          }
        }
      }
    }
    return conversions;
  }

  private static void add(List<Conversion> conversions, Conversion conversion) {
    if (conversion.format().signed()) {
      for (ZeroSign zeroSign : ZeroSign.values()) {
        conversions.add(conversion.with(zeroSign));
      }
    } else {
      for (UnsignedPolicy unsigned : UnsignedPolicy.values()) {
        conversions.add(conversion.with(unsigned));
      }
    }
  }

  /** All of fp16, all of bf16 with every NaN payload, and the first and last bit pattern of every step with both its neighbours. */
  static float[] floats(Staircase staircase) {
    float[] values = new float[SIXTEEN_BIT_COUNT + 3 * staircase.size()];
    int at = 0;
    for (int bits = 0; bits < 1 << 16; bits++) {
      values[at++] = ReferenceCodec.decode(FloatFormat.FP16, bits);
      values[at++] = Float.intBitsToFloat(bits << 16);
    }
    for (int step = 0; step < staircase.size(); step++) {
      for (int offset = -1; offset <= 1; offset++) {
        values[at++] = Float.intBitsToFloat(staircase.start(step) + offset);
      }
    }
    return values;
  }

  /** Every bf16 that is a number, two NaNs, and every step boundary of the conversion from float with both its neighbours among the doubles. */
  static double[] doubles(Staircase staircase) {
    List<Double> values = new ArrayList<>();
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float.intBitsToFloat(bits << 16);
      if (!Float.isNaN(value)) {
        values.add((double) value);
      }
    }
    values.add(Double.NaN);
    values.add(Double.longBitsToDouble(0xFFF8000000000000L));
    for (int step = 0; step < staircase.size(); step++) {
      for (int bits = staircase.start(step) - 1; bits != staircase.start(step) + 1; bits++) {
        double value = Float.intBitsToFloat(bits);
        if (!Double.isNaN(value)) {
          values.add(Math.nextDown(value));
          values.add(value);
          values.add(Math.nextUp(value));
        }
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
