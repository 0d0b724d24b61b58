package io.github.fp4j.conformance.judge;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.util.List;
import java.util.Optional;

/**
 * A difference that a subject makes on purpose and documents. It is counted and reported by name, never skipped.
 *
 * @param id short name for reports
 * @param description what differs and where that is written
 * @param rule which cases it covers
 */
public record Variation(String id, String description, Rule rule) {

  /** Whether a case of a conversion from {@code input}, a float64, is covered. */
  @FunctionalInterface
  public interface Rule {
    boolean covers(String subject, Conversion conversion, double input, int expected, int actual);
  }

  /** CUDA's float64 entry points keep the sign of a NaN that its float32 entry points drop. */
  public static final Variation CUDA_DOUBLE_NAN =
      new Variation(
          "cuda-double-nan",
          "CUDA 13.0 __nv_cvt_double_to_fp8 keeps the sign of a NaN and, for E5M2, its quiet code 0x7E; the float path gives 0x7F (cuda_fp8.hpp)",
          Variation::isCudaDoubleNan);

  private static final List<Variation> DOUBLE_INPUT = List.of(CUDA_DOUBLE_NAN);

  private static boolean isCudaDoubleNan(String subject, Conversion conversion, double input, int expected, int actual) {
    FloatFormat format = conversion.format();
    return subject.equals("nvidia-headers") && Double.isNaN(input) && format.hasNan() && format.isNan(actual);
  }

  /** The variation, if any, that covers a wrong code of a float64 input. */
  public static Optional<Variation> ofDouble(String subject, Conversion conversion, double input, int expected, int actual) {
    return DOUBLE_INPUT.stream().filter(variation -> variation.rule.covers(subject, conversion, input, expected, actual)).findFirst();
  }

  /** All variations that this suite knows. */
  public static List<Variation> all() {
    return DOUBLE_INPUT;
  }
}
