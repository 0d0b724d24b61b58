package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.conformance.diagnosis.DecodeTask;
import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.Arrays;
import java.util.stream.IntStream;

/** X1: every code of a format is decoded, and what it decodes to is encoded again. */
final class DecodeClass implements CoverageClass {
  private final FloatFormat format;

  DecodeClass(FloatFormat format) {
    this.format = format;
  }

  @Override
  public String suite() {
    return "X1";
  }

  @Override
  public String id() {
    return "X1/" + format;
  }

  /** One case a code for decoding, one for the way back. */
  @Override
  public long cases() {
    return 2L * format.codeCount();
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.conversions().filter(kernels -> kernels.supportsDecoding(format) && AskedConversions.wayBack(kernels, format).isPresent()).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    ConversionKernels kernels = subject.conversions().orElseThrow();
    int count = format.codeCount();
    byte[] codes = new byte[count];
    float[] poisoned = new float[count];
    float[] right = new float[count];
    for (int code = 0; code < count; code++) {
      codes[code] = (byte) code;
      right[code] = ReferenceCodec.decode(format, code);
      poisoned[code] = Float.intBitsToFloat(~Float.floatToRawIntBits(right[code]));
    }
    int[] before = bits(poisoned);
    kernels.decode(format, codes, 0, poisoned, 0, count);
    for (int code = 0; code < count; code++) {
      compareDecoded(code, right[code], poisoned[code], tally);
    }
    tally.judged(count);
    DecodeTask task = new DecodeTask("every code", format, IntStream.range(0, count).toArray());
    tally.observe(0, Observation.whole(task, bits(right), bits(poisoned), before));

    Conversion conversion = AskedConversions.wayBack(kernels, format).orElseThrow();
    CodeComparison comparison = new CodeComparison(conversion, tally, count);
    for (int code = 0; code < count; code++) {
      comparison.expected[code] = format.isNan(code) ? (byte) ReferenceCodec.encode(conversion, right[code]) : overflowed(conversion, code);
    }
    kernels.encode(conversion, right, 0, comparison.poisoned(count), comparison.offset(), count);
    comparison.compareFloats(count, right, count);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  /** A number comes back as its own code; an infinity saturates. */
  private byte overflowed(Conversion conversion, int code) {
    int back = format.isInfinite(code) ? ReferenceCodec.encode(conversion, ReferenceCodec.decode(format, code)) : code;
    return (byte) back;
  }

  private void compareDecoded(int code, float right, float actual, Tally tally) {
    int expectedBits = Float.floatToRawIntBits(right);
    int actualBits = Float.floatToRawIntBits(actual);
    if (expectedBits == actualBits) {
      return;
    }
    Verdict verdict = format.isNan(code) ? Verdict.NAN_PAYLOAD : right == 0 && actual == 0 ? Verdict.ZERO_SIGN : Verdict.MISMATCH;
    tally.mismatch(code, new Mismatch(verdict, "code 0x%02x".formatted(code), text(right), text(actual)));
  }

  private static String text(float value) {
    return "0x%08x (%s)".formatted(Float.floatToRawIntBits(value), value);
  }
}
