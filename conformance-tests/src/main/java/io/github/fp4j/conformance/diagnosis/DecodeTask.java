package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.ToIntBiFunction;
import java.util.stream.IntStream;

/**
 * Codes to decode; outputs are float32 bits.
 *
 * @param name what it is, for reports
 * @param format what the codes are of
 * @param codes one to an output
 */
public record DecodeTask(String name, FloatFormat format, int[] codes) implements Task<DecodeTask> {
  private static final int SIGN = 1 << 31;
  private static final List<Fault<DecodeTask>> FAULTS = catalogue();

  /** The values as the format has them. */
  public Answers answers() {
    return i -> bits(ReferenceCodec.decode(format, codes[i]));
  }

  @Override
  public int[] right() {
    return IntStream.range(0, codes.length).map(answers()::at).toArray();
  }

  /** All faults that are known. */
  public static List<Fault<DecodeTask>> all() {
    return FAULTS;
  }

  @Override
  public List<Fault<DecodeTask>> faults() {
    return FAULTS;
  }

  @Override
  public String place(int output) {
    return format + " code 0x%02x".formatted(codes[output]);
  }

  @Override
  public List<String> details(int output, int right, int actual) {
    return List.of("must be %s, is %s".formatted(GemmTask.text(right), GemmTask.text(actual)));
  }

  @Override
  public List<Trait> traits() {
    return List.of(Trait.single("codes", i -> codes[i]));
  }

  private static int bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  private static Fault<DecodeTask> each(String id, String sentence, ToIntBiFunction<DecodeTask, Integer> value) {
    return Fault.of(id, sentence, task -> i -> value.applyAsInt(task, i));
  }

  private static Fault<DecodeTask> changed(String id, String sentence, ToIntBiFunction<DecodeTask, Integer> wrong, BiPredicate<FloatFormat, Integer> where) {
    return each(id, sentence, (task, i) -> where.test(task.format, task.codes[i]) ? wrong.applyAsInt(task, i) : task.answers().at(i));
  }

  private static List<Fault<DecodeTask>> catalogue() {
    List<Fault<DecodeTask>> faults = new ArrayList<>();
    faults.add(changed("nan-as-zero", "NaN codes decode to zero.", (task, i) -> 0, FloatFormat::isNan));
    faults.add(changed("nan-as-infinity", "NaN codes decode to infinity.", (task, i) -> 0x7F800000, FloatFormat::isNan));
    faults.add(
        changed(
            "nan-as-number", "NaN codes decode as if the format went on.",
            (task, i) -> bits(2 * ReferenceCodec.decode(task.format, task.codes[i] - 1) - ReferenceCodec.decode(task.format, task.codes[i] - 2)), FloatFormat::isNan));
    faults.add(each("zero-sign-drop", "-0 decodes to +0.", (task, i) -> task.answers().at(i) == SIGN ? 0 : task.answers().at(i)));
    faults.add(each("sign-lost", "Negative codes decode to positive numbers.", (task, i) -> task.answers().at(i) & ~SIGN));
    faults.add(
        changed(
            "subnormals-flushed", "Subnormal codes decode to zero.", (task, i) -> task.answers().at(i) & SIGN,
            (format, code) -> format.hasZero() && (code & format.magnitudeMask()) < 1 << format.mantissaBits()));
    faults.add(
        changed(
            "subnormals-as-normals", "Subnormal codes decode as if they had a hidden one.",
            (task, i) -> bits(Math.copySign(
                Math.scalb(1f + (float) (task.codes[i] & (1 << task.format.mantissaBits()) - 1) / (1 << task.format.mantissaBits()), -task.format.bias()),
                ReferenceCodec.decode(task.format, task.codes[i]))),
            (format, code) -> format.hasZero() && (code & format.magnitudeMask()) < 1 << format.mantissaBits()));
    faults.add(changed("zero-code-as-zero", "Code 0x00 decodes to zero where the format has none: it is 2^-127.", (task, i) -> 0, (format, code) -> !format.hasZero() && code == 0));
    faults.add(changed("zero-code-as-one", "Code 0x00 decodes to one.", (task, i) -> bits(1), (format, code) -> code == 0));
    faults.add(each("bias-too-small", "The exponent bias is one too small: numbers come out doubled.", (task, i) -> bits(2 * ReferenceCodec.decode(task.format, task.codes[i]))));
    faults.add(each("bias-too-large", "The exponent bias is one too large: numbers come out halved.", (task, i) -> bits(ReferenceCodec.decode(task.format, task.codes[i]) / 2)));
    List<FloatFormat> others = FloatFormat.named().stream().filter(format -> format.width() > 4 && format.width() <= 8).toList();
    for (FloatFormat other : others) {
      faults.add(Fault.of("as-" + other, "Codes are read as " + other + ".", task -> {
        if (other.equals(task.format) || other.width() < task.format.width()) {
          throw new IllegalArgumentException("another width");
        }
        return i -> bits(ReferenceCodec.decode(other, task.codes[i]));
      }));
    }
    faults.add(Fault.leaving("not-written", "No value is written.", task -> i -> true, DecodeTask::answers));
    return List.copyOf(faults);
  }
}
