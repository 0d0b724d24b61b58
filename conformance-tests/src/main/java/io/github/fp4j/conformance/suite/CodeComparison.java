package io.github.fp4j.conformance.suite;

import io.github.fp4j.conformance.diagnosis.EncodeTask;
import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Variation;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One worker's buffers for codes, poisoned before and compared after each call of the subject. Not thread-safe. */
final class CodeComparison {
  private static final int GUARD = 64;

  private final Conversion conversion;
  private final Tally tally;
  private final byte[] actual;
  private final @Nullable Variation variation;
  final byte[] expected;

  CodeComparison(Conversion conversion, Tally tally, int capacity) {
    this(conversion, tally, capacity, null);
  }

  /** @param variation under which the subject answers; null if it claims the conversion itself */
  CodeComparison(Conversion conversion, Tally tally, int capacity, @Nullable Variation variation) {
    this.conversion = conversion;
    this.tally = tally;
    this.variation = variation;
    this.expected = new byte[capacity];
    this.actual = new byte[capacity + 2 * GUARD];
  }

  /** The array for the subject to write to, from {@link #offset} on, with every byte different from what is expected there. */
  byte[] poisoned(int length) {
    Arrays.fill(actual, (byte) 0xA5);
    for (int i = 0; i < length; i++) {
      actual[GUARD + i] = (byte) ~expected[i];
    }
    return actual;
  }

  int offset() {
    return GUARD;
  }

  /** Enters {@code length} float32 cases, the first of which has number {@code firstCase}. */
  void compareFloats(long firstCase, float[] inputs, int length) {
    compare(
        firstCase, length, i -> inputs[i], i -> "0x%08x (%s)".formatted(Float.floatToRawIntBits(inputs[i]), inputs[i]),
        () -> EncodeTask.of("float32 numbers", conversion, Arrays.copyOf(inputs, length)));
  }

  /** Enters {@code length} float64 cases. */
  void compareDoubles(long firstCase, double[] inputs, int length) {
    compare(
        firstCase, length, i -> inputs[i], i -> "0x%016x (%s)".formatted(Double.doubleToRawLongBits(inputs[i]), inputs[i]),
        () -> new EncodeTask("float64 numbers", conversion, null, Arrays.copyOf(inputs, length), null));
  }

  /** Names the input of case {@code i} of a call. */
  @FunctionalInterface
  interface InputText {
    String of(int i);
  }

  /** @param task what is asked, made only if it is kept */
  void compare(long firstCase, int length, IntToDoubleFunction inputs, InputText text, Supplier<EncodeTask> task) {
    for (int i = 0; i < GUARD; i++) {
      if (actual[i] != (byte) 0xA5 || actual[GUARD + length + i] != (byte) 0xA5) {
        throw new IllegalStateException("the subject wrote outside the range it was given");
      }
    }
    int first = Arrays.mismatch(expected, 0, length, actual, GUARD, GUARD + length);
    for (int i = first; i >= 0 && i < length; i++) {
      if (expected[i] != actual[GUARD + i]) {
        enter(firstCase + i, i, inputs.applyAsDouble(i), text);
      }
    }
    tally.judged(length);
    if (tally.wants(firstCase, first < 0)) {
      tally.observe(firstCase, observation(length, inputs, task.get()));
    }
  }

  private Observation<EncodeTask> observation(int length, IntToDoubleFunction inputs, EncodeTask task) {
    int[] right = new int[length];
    int[] given = new int[length];
    int[] before = new int[length];
    BitSet judged = new BitSet(length);
    for (int i = 0; i < length; i++) {
      right[i] = expected[i] & 0xFF;
      given[i] = actual[GUARD + i] & 0xFF;
      before[i] = ~right[i] & 0xFF;
      judged.set(i, right[i] == given[i] || !isAllowed(inputs.applyAsDouble(i), given[i]));
    }
    return new Observation<>(task, right, given, judged, before);
  }

  private boolean isAllowed(double input, int code) {
    return variation != null && ReferenceCodec.encode(variation.of(conversion), input) == code;
  }

  private void enter(long caseNumber, int i, double input, InputText text) {
    int right = expected[i] & 0xFF;
    int wrong = actual[GUARD + i] & 0xFF;
    if (variation != null && isAllowed(input, wrong)) {
      tally.allowed(variation);
      return;
    }
    FloatFormat format = conversion.format();
    Verdict verdict = verdict(format, input, right, wrong);
    tally.mismatch(caseNumber, verdict, () -> new Mismatch(verdict, text.of(i), describe(format, right), describe(format, wrong)));
  }

  private static Verdict verdict(FloatFormat format, double input, int right, int wrong) {
    if (Double.isNaN(input) || format.isNan(right)) {
      return Verdict.NAN_PAYLOAD;
    }
    boolean zeros = (right & format.magnitudeMask()) == 0 && wrong == (right ^ format.signMask()) && format.hasZero();
    return zeros ? Verdict.ZERO_SIGN : Verdict.MISMATCH;
  }

  /** A code as bits and value, e.g. {@code 0x7e (448.0)}. */
  static String describe(FloatFormat format, int code) {
    String value = (code >>> format.width()) != 0 ? "not a code" : Float.toString(ReferenceCodec.decode(format, code));
    return "0x%02x (%s)".formatted(code, value);
  }
}
