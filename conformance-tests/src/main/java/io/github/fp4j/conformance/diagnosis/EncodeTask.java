package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Variant;
import io.github.fp4j.formats.Variants;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An array of numbers to encode; outputs are the codes, one for each.
 *
 * @param name what it is, for reports
 * @param conversion the rule
 * @param floats the numbers, if they are float32; else null
 * @param doubles the numbers, if they are float64; else null
 * @param random the random bits of each, for stochastic rounding; else null
 */
public record EncodeTask(String name, Conversion conversion, float @Nullable [] floats, double @Nullable [] doubles, int @Nullable [] random)
    implements Task<EncodeTask> {

  public EncodeTask {
    if ((floats == null) == (doubles == null)) {
      throw new IllegalArgumentException("floats and doubles: expected one of them");
    }
  }

  /** Float32 numbers. */
  public static EncodeTask of(String name, Conversion conversion, float[] floats) {
    return new EncodeTask(name, conversion, floats, null, null);
  }

  int length() {
    return floats != null ? floats.length : Objects.requireNonNull(doubles).length;
  }

  /** Number {@code i}, exactly. */
  double value(int i) {
    return floats != null ? floats[i] : Objects.requireNonNull(doubles)[i];
  }

  /** Its code under a conversion. */
  int encode(Conversion other, int i) {
    if (random != null) {
      return ReferenceCodec.encode(other, (float) value(i), random[i]);
    }
    return floats != null ? ReferenceCodec.encode(other, floats[i]) : ReferenceCodec.encode(other, Objects.requireNonNull(doubles)[i]);
  }

  /** The codes as the rule has them. */
  public Answers answers() {
    return i -> encode(conversion, i);
  }

  @Override
  public int[] right() {
    return IntStream.range(0, length()).map(answers()::at).toArray();
  }

  @Override
  public List<Fault<EncodeTask>> faults() {
    return EncodeFaults.of(conversion.format());
  }

  /** One number alone, then fewer of its bits. */
  @Override
  public Stream<EncodeTask> smaller() {
    if (length() > 1) {
      return Stream.of(range(0, length() / 2), range(length() / 2, length()));
    }
    if (floats == null || random != null || !Float.isFinite(floats[0])) {
      return Stream.empty();
    }
    int bits = Float.floatToRawIntBits(floats[0]);
    return IntStream.of(20, 16, 12, 8, 4).map(dropped -> bits & -1 << dropped).filter(shorter -> shorter != bits)
        .mapToObj(shorter -> of(name, conversion, new float[] {Float.intBitsToFloat(shorter)}));
  }

  private EncodeTask range(int from, int to) {
    return new EncodeTask(
        name, conversion, floats == null ? null : Arrays.copyOfRange(floats, from, to), doubles == null ? null : Arrays.copyOfRange(doubles, from, to),
        random == null ? null : Arrays.copyOfRange(random, from, to));
  }

  @Override
  public @Nullable Reproduction reproduction(int[] actual, String subject) {
    return EncodeReproduction.of(this, right(), actual, subject);
  }

  @Override
  public String place(int output) {
    return "number " + output;
  }

  @Override
  public List<String> details(int output, int right, int actual) {
    FloatFormat format = conversion.format();
    List<String> lines = new ArrayList<>();
    lines.add(floats != null ? "float32 " + GemmTask.text(Float.floatToRawIntBits(floats[output])) : "float64 0x%016x (%s)".formatted(
        Double.doubleToRawLongBits(value(output)), value(output)));
    if (Double.isFinite(value(output))) {
      lines.add("exactly " + new BigDecimal(value(output)).toPlainString());
    }
    if (random != null) {
      lines.add("random bits 0x%02x".formatted(random[output]));
    }
    lines.add("must be %s, is %s".formatted(text(format, right), text(format, actual)));
    if (random == null) {
      for (Variant variant : Variants.of(format)) {
        lines.add("  %-28s %s".formatted(variant.id(), answer(variant, output)));
      }
    }
    return lines;
  }

  private String answer(Variant variant, int output) {
    try {
      return text(variant.format(), floats != null ? variant.encode(floats[output]) : variant.encode(value(output)));
    } catch (IllegalArgumentException refused) {
      return "refused";
    }
  }

  static String text(FloatFormat format, int code) {
    String value = code < 0 || code >>> format.width() != 0 ? "not a code" : Float.toString(ReferenceCodec.decode(format, code));
    return "0x%02x (%s)".formatted(code, value);
  }

  @Override
  public List<Trait> traits() {
    return List.of(
        Trait.single("codes that are due", i -> encode(conversion, i)),
        Trait.single("signs (1: minus)", i -> (int) (Double.doubleToRawLongBits(value(i)) >>> 63)));
  }
}
