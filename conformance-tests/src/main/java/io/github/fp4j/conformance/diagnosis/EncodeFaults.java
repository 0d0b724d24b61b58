package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.Variant;
import io.github.fp4j.formats.Variants;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntBiFunction;

/** The faults of conversions to codes. */
public final class EncodeFaults {
  private static final List<Fault<EncodeTask>> OF_ANY_FORMAT = ofAnyFormat();

  private EncodeFaults() {}

  /** Those of conversions to {@code format}. */
  public static List<Fault<EncodeTask>> of(FloatFormat format) {
    List<Fault<EncodeTask>> faults = new ArrayList<>(OF_ANY_FORMAT);
    for (Variant variant : Variants.of(format)) {
      faults.add(Fault.of("as-" + variant.id(), "Codes are those of " + variant.source() + ": " + variant.note() + ".", task -> as(variant, task)));
    }
    return faults;
  }

  private static Answers as(Variant variant, EncodeTask task) {
    if (task.random() != null || !variant.format().equals(task.conversion().format())) {
      throw new IllegalArgumentException("another format");
    }
    return i -> task.floats() != null ? variant.encode(task.floats()[i]) : variant.encode(task.value(i));
  }

  private static List<Fault<EncodeTask>> ofAnyFormat() {
    List<Fault<EncodeTask>> faults = new ArrayList<>();
    for (ConversionChange change : ConversionChange.ALL) {
      faults.add(Fault.of(change.id(), "In the conversion " + change.words() + ".", task -> {
        Conversion other = change.apply(task.conversion());
        return other.isStochastic() || task.random() == null ? i -> task.encode(other, i) : i -> ReferenceCodec.encode(other, (float) task.value(i));
      }));
    }
    faults.add(Fault.of("through-float32", "Float64 values are rounded to float32 first, so twice.", task -> {
      requireDouble(task);
      return i -> ReferenceCodec.encode(task.conversion(), (float) task.value(i));
    }));
    faults.add(each("subnormals-flushed", "Subnormal codes come out as zero.", (task, i) -> {
      FloatFormat format = task.conversion().format();
      int code = task.encode(task.conversion(), i);
      boolean subnormal = format.hasZero() && (code & format.magnitudeMask()) < 1 << format.mantissaBits();
      return subnormal ? code & format.signMask() : code;
    }));
    faults.add(each("sign-lost", "Negative values come out positive.", (task, i) -> task.encode(task.conversion(), i) & ~task.conversion().format().signMask()));
    faults.add(each("largest-code-missing", "The largest code never comes out; its neighbour does.", (task, i) -> {
      int code = task.encode(task.conversion(), i);
      return (code & task.conversion().format().magnitudeMask()) == task.conversion().format().maxFiniteCode() ? code - 1 : code;
    }));
    scaled(faults, "bias-too-small", "The exponent bias is one too small: values count half.", 0.5);
    scaled(faults, "bias-too-large", "The exponent bias is one too large: values count double.", 2);
    stochastic(faults);
    faults.add(each("zeros", "Every code is zero.", (task, i) -> 0));
    faults.add(Fault.leaving("not-written", "No code is written.", task -> i -> true, EncodeTask::answers));
    faults.add(Fault.leaving("last-not-written", "The last code is not written.", task -> i -> i == task.length() - 1, EncodeTask::answers));
    faults.add(
        Fault.leaving(
            "tail-not-written", "What is left over from whole vectors of 16 is not written.", task -> i -> i >= task.length() / 16 * 16, EncodeTask::answers));
    return List.copyOf(faults);
  }

  private static void stochastic(List<Fault<EncodeTask>> faults) {
    random(faults, "random-complemented", "The random bits are complemented.", (task, r) -> ~r & mask(task));
    random(faults, "random-halved", "Of the random bits the lowest is lost.", (task, r) -> r & ~1);
    random(faults, "random-off-by-one", "Values are rounded up when fraction and random bits exceed 1, not when they reach it.", (task, r) -> r == 0 ? 0 : r - 1);
    random(faults, "random-signed", "The random bits are read as a signed number.", (task, r) -> r ^ 1 << task.conversion().randomBits() - 1);
    random(faults, "random-reversed", "The random bits are taken in reverse order.", (task, r) -> Integer.reverse(r) >>> 32 - task.conversion().randomBits());
  }

  private static int mask(EncodeTask task) {
    return (int) ((1L << task.conversion().randomBits()) - 1);
  }

  private static void random(List<Fault<EncodeTask>> faults, String id, String sentence, ToIntBiFunction<EncodeTask, Integer> change) {
    faults.add(Fault.of(id, sentence, task -> {
      int[] random = task.random();
      if (random == null) {
        throw new IllegalArgumentException("nothing random");
      }
      return i -> ReferenceCodec.encode(task.conversion(), (float) task.value(i), change.applyAsInt(task, random[i]));
    }));
  }

  private static void scaled(List<Fault<EncodeTask>> faults, String id, String sentence, double factor) {
    faults.add(Fault.of(id, sentence, task -> {
      if (task.random() != null) {
        throw new IllegalArgumentException("stochastic");
      }
      return i -> Double.isNaN(task.value(i)) ? task.encode(task.conversion(), i) : ReferenceCodec.encode(task.conversion(), task.value(i) * factor);
    }));
  }

  private static void requireDouble(EncodeTask task) {
    if (task.doubles() == null) {
      throw new IllegalArgumentException("float32");
    }
  }

  private static Fault<EncodeTask> each(String id, String sentence, ToIntBiFunction<EncodeTask, Integer> code) {
    return Fault.of(id, sentence, task -> i -> code.applyAsInt(task, i));
  }
}
