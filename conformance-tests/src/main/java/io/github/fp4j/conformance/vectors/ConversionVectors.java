package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.suite.AskedConversions;
import io.github.fp4j.conformance.suite.Thresholds;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Conversions of single numbers. For each: every code's value and every threshold between two of them, one ulp below and above, both signs, so that no step of the
 * staircase can be elsewhere; zeros, infinities, NaNs, the ends of float32; and random bit patterns. {@code conversions} alone asks NVIDIA's conversion to each
 * format and decodes every code.
 */
final class ConversionVectors {
  static final String NAME = "conversions";

  private static final int RANDOM = 256;
  private static final int[] SPECIAL = {
    0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FBFFFFF, 0x7FC00000, 0x7FFFFFFF
  };

  private final long seed;
  private final List<VectorCase> cases = new ArrayList<>();

  private ConversionVectors(long seed) {
    this.seed = seed;
  }

  /** All formats. */
  static VectorSuite all(long seed) {
    ConversionVectors suite = new ConversionVectors(seed);
    List<FloatFormat> formats = AskedConversions.all().stream().map(Conversion::format).distinct().toList();
    for (FloatFormat format : formats) {
      for (int code = 0; code < format.codeCount(); code++) {
        suite.decode(format, code);
      }
    }
    formats.forEach(format -> suite.encode(Conversion.cuda(format)));
    return new ListedVectors(NAME, seed, suite.cases);
  }

  /** One conversion. */
  static VectorSuite of(Conversion conversion, long seed) {
    ConversionVectors suite = new ConversionVectors(seed);
    suite.encode(conversion);
    return new ListedVectors(NAME + "/" + AskedConversions.id(conversion), seed, suite.cases);
  }

  private void decode(FloatFormat format, int code) {
    Question question = new Question(Operation.DECODE, List.of(format.name()), List.of(Tensor.ofBytes("codes", new byte[] {(byte) code}, 1)));
    float value = ReferenceCodec.decode(format, code);
    cases.add(VectorCase.whole("decode " + format, question, List.of(Tensor.ofFloats("values", new float[] {value}, 1))));
  }

  private void encode(Conversion conversion) {
    String name = AskedConversions.id(conversion);
    for (int bits : inputs(conversion)) {
      float value = Float.intBitsToFloat(bits);
      Question question = new Question(Operation.ENCODE, List.of(name), List.of(Tensor.ofFloats("values", new float[] {value}, 1)));
      byte code = (byte) ReferenceCodec.encode(conversion, value);
      cases.add(VectorCase.whole("encode " + name, question, List.of(Tensor.ofBytes("codes", new byte[] {code}, 1))));
    }
  }

  private Set<Integer> inputs(Conversion conversion) {
    FloatFormat format = conversion.format();
    Set<Integer> inputs = new LinkedHashSet<>();
    for (double threshold : Thresholds.of(format)) {
      addNear(inputs, (float) threshold);
    }
    for (int code = 0; code <= format.maxFiniteCode(); code++) {
      addNear(inputs, ReferenceCodec.decode(format, code));
    }
    for (int bits : SPECIAL) {
      inputs.add(bits);
      inputs.add(bits | 0x80000000);
    }
    SplittableRandom random = new SplittableRandom(seed ^ AskedConversions.id(conversion).hashCode());
    for (int wanted = inputs.size() + RANDOM; inputs.size() < wanted; ) {
      inputs.add(random.nextInt());
    }
    return inputs;
  }

  private static void addNear(Set<Integer> inputs, float value) {
    for (float near : new float[] {Math.nextDown(value), value, Math.nextUp(value)}) {
      inputs.add(Float.floatToRawIntBits(near));
      inputs.add(Float.floatToRawIntBits(-near));
    }
  }
}
