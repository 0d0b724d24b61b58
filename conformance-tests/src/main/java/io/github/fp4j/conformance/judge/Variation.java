package io.github.fp4j.conformance.judge;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.NanPolicy;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A difference that a subject makes on purpose and documents: it claims a neighbouring conversion instead of the one asked for. Cases that come out as that
 * neighbour has them are counted and reported by name, never skipped.
 *
 * @param id short name for reports
 * @param description what differs and where that is written
 * @param nan the NaN policy that the subject follows instead
 */
public record Variation(String id, String description, NanPolicy nan) {

  /** CUDA's float64 entry points keep the sign of a NaN that its float32 entry points drop: E4M3. */
  public static final Variation CUDA_DOUBLE_NAN =
      new Variation(
          "cuda-double-nan",
          "CUDA 13.0's conversion from double keeps the sign of a NaN, 0x7F or 0xFF; from float it gives 0x7F (__nv_cvt_double_to_fp8, cuda_fp8.hpp)",
          NanPolicy.SIGNED_NAN);

  /** The same for E5M2, with the quiet code. */
  public static final Variation CUDA_DOUBLE_QUIET_NAN =
      new Variation(
          "cuda-double-quiet-nan",
          "CUDA 13.0's conversion from double gives a NaN the quiet code with its sign, 0x7E or 0xFE; from float it gives 0x7F (__nv_cvt_double_to_fp8, cuda_fp8.hpp)",
          NanPolicy.SIGNED_QUIET_NAN);

  private static final List<Variation> DOUBLE_INPUT = List.of(CUDA_DOUBLE_NAN, CUDA_DOUBLE_QUIET_NAN);

  /** The neighbour of {@code conversion} that the subject follows. */
  public Conversion of(Conversion conversion) {
    return conversion.with(nan);
  }

  /** The variation, if any, under which a subject that does not claim the conversion of float64 itself claims its neighbour. */
  public static Optional<Variation> ofDouble(Conversion conversion, Predicate<Conversion> claims) {
    boolean could = conversion.format().signed() && conversion.nan() == NanPolicy.POSITIVE_NAN;
    if (!could || claims.test(conversion)) {
      return Optional.empty();
    }
    return DOUBLE_INPUT.stream().filter(variation -> claims.test(variation.of(conversion))).findFirst();
  }

  /** All variations that this suite knows. */
  public static List<Variation> all() {
    return DOUBLE_INPUT;
  }
}
