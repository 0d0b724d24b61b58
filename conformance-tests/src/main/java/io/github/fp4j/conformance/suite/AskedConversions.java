package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.UnsignedPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The conversions that are asked about: every format of at most eight bits, every deterministic rounding, every overflow policy that the format has; and the
 * dialects of the peers.
 */
public final class AskedConversions {
  /** Formats that a tensor or its scales are stored in. */
  static final List<FloatFormat> FORMATS =
      List.of(
          FloatFormat.E2M1, FloatFormat.E2M3, FloatFormat.E3M2, FloatFormat.E4M3, FloatFormat.UE4M3, FloatFormat.E5M2, FloatFormat.UE5M3, FloatFormat.UE8M0);

  private static final List<Rounding> ROUNDINGS =
      List.of(
          Rounding.NEAREST_EVEN, Rounding.NEAREST_AWAY, Rounding.NEAREST_TOWARD_ZERO, Rounding.TOWARD_ZERO, Rounding.UP, Rounding.DOWN);

  /** What torch and ONNX Runtime do otherwise than NVIDIA: NaN keeps its sign, a negative scale is the smallest. */
  private static final List<Conversion> DIALECTS =
      List.of(
          Conversion.cuda(FloatFormat.E4M3).with(NanPolicy.SIGNED_NAN),
          Conversion.cuda(FloatFormat.E4M3).with(NanPolicy.SIGNED_NAN).with(Overflow.NAN),
          Conversion.cuda(FloatFormat.E5M2).with(NanPolicy.SIGNED_NAN),
          Conversion.cuda(FloatFormat.E5M2).with(NanPolicy.SIGNED_NAN).with(Overflow.INFINITY),
          Conversion.cuda(FloatFormat.UE8M0).with(UnsignedPolicy.SMALLEST));

  private AskedConversions() {}

  /** All of them. */
  public static List<Conversion> all() {
    List<Conversion> all = new ArrayList<>();
    for (FloatFormat format : FORMATS) {
      for (Rounding rounding : ROUNDINGS) {
        Conversion saturating = Conversion.cuda(format).with(rounding);
        all.add(saturating);
        if (format.hasNan()) {
          all.add(saturating.with(Overflow.NAN));
        }
        if (format.hasInfinity()) {
          all.add(saturating.with(Overflow.INFINITY));
        }
      }
    }
    all.addAll(DIALECTS);
    return all;
  }

  /**
   * The conversion with this {@linkplain #id id}.
   *
   * @throws IllegalArgumentException if none is asked about
   */
  public static Conversion byId(String id) {
    return all().stream()
        .filter(conversion -> id(conversion).equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown conversion \"" + id + "\": expected FORMAT/ROUNDING/OVERFLOW, e.g. " + id(Conversion.cuda(FloatFormat.E4M3))
                        + "; 'fp4j generate --list' names all"));
  }

  /** The conversion to {@code format} by which a subject's decoding is taken back: NVIDIA's if it has that, else the first that it has. */
  static Optional<Conversion> wayBack(ConversionKernels kernels, FloatFormat format) {
    return Stream.concat(Stream.of(Conversion.cuda(format)), DIALECTS.stream())
        .filter(conversion -> conversion.format().equals(format) && kernels.supports(conversion))
        .findFirst();
  }

  /** The part of a class id that names a conversion, e.g. {@code e4m3/nearest-even/saturate}. */
  public static String id(Conversion conversion) {
    String bits = conversion.isStochastic() ? "-" + conversion.randomBits() : "";
    Conversion cuda = Conversion.cuda(conversion.format());
    String nan = conversion.nan() == cuda.nan() ? "" : "/" + kebab(conversion.nan());
    String unsigned = conversion.unsigned() == cuda.unsigned() ? "" : "/negative-" + kebab(conversion.unsigned());
    return conversion.format() + "/" + kebab(conversion.rounding()) + bits + "/" + kebab(conversion.overflow()) + nan + unsigned;
  }

  static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
