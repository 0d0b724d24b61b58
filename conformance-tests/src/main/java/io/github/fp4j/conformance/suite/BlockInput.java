package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.Random;

/**
 * The kinds of matrices that quantisers are judged on, each seeded and hence the same everywhere. Gaussian float32 alone hides most differences: bf16 values and
 * integers hit ties, wide-range blocks reach the ends of the scale format.
 */
public enum BlockInput {
  /** Normal deviates. */
  GAUSSIAN_FP32,
  /** Normal deviates cut to bf16. */
  GAUSSIAN_BF16,
  /** Whole numbers from -12 to 12. */
  SMALL_INTEGERS,
  /** Normal deviates, each 16 neighbours times one of 2^-20 to 2^0. */
  WIDE_RANGE,
  /** Normal deviates, one of 32 times 2^5 to 2^12. */
  OUTLIERS,
  /** Multiples of 1/8 up to 6 times one power of two a row, so that elements of a unit tensor scale meet every tie of E2M1. */
  TIES,
  /** Rows of +0, of -0, of both, and of zeros with a few numbers. */
  ZEROS,
  /** Subnormal float32 numbers, and numbers a little above them. */
  SUBNORMALS,
  /** Normal deviates among which stand infinities, NaNs with either sign, and largest finite numbers. */
  INFINITY_AND_NAN;

  private static final int[] SPECIAL = {
    0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0x7F800001, 0xFFABCDEF, 0x7F7FFFFF, 0xFF7FFFFF
  };

  /** The name in reports, e.g. {@code gaussian-fp32}. */
  public String label() {
    return AskedConversions.kebab(this);
  }

  /** {@code rows * columns} values, row after row. */
  public float[] values(long seed, int rows, int columns) {
    Random random = new Random(seed * 31 + ordinal());
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(random, i / columns, i % columns);
    }
    if (this == WIDE_RANGE) {
      for (int start = 0; start < values.length; start += 16) {
        float factor = Math.scalb(1f, -random.nextInt(21));
        for (int i = start; i < Math.min(start + 16, values.length); i++) {
          values[i] *= factor;
        }
      }
    }
    return values;
  }

  private float value(Random random, int row, int column) {
    float normal = (float) random.nextGaussian();
    return switch (this) {
      case GAUSSIAN_FP32, WIDE_RANGE -> normal;
      case GAUSSIAN_BF16 -> Float.intBitsToFloat(Float.floatToRawIntBits(normal) & 0xFFFF0000);
      case SMALL_INTEGERS -> random.nextInt(-12, 13);
      case OUTLIERS -> random.nextInt(32) == 0 ? Math.scalb(normal, random.nextInt(5, 13)) : normal;
      case TIES -> Math.scalb((column % 16 == 5 ? 48 : random.nextInt(-48, 49)) / 8f, row % 10 - 6);
      case ZEROS -> zero(random, row, normal);
      case SUBNORMALS -> Math.copySign(Float.intBitsToFloat(random.nextInt() >>> 8 + random.nextInt(24)), normal);
      case INFINITY_AND_NAN -> random.nextInt(24) == 0 ? Float.intBitsToFloat(SPECIAL[random.nextInt(SPECIAL.length)]) : normal;
    };
  }

  private static float zero(Random random, int row, float normal) {
    return switch (row % 4) {
      case 0 -> 0f;
      case 1 -> -0f;
      case 2 -> random.nextBoolean() ? 0f : -0f;
      default -> random.nextInt(20) == 0 ? normal : Math.copySign(0f, normal);
    };
  }

  /**
   * The tensor scale to quantise {@code values} with: that of their largest finite magnitude, so that one infinity does not flatten all; for {@link #TIES} that
   * of the magnitude whose encode scale is 1.
   */
  public float tensorScale(QuantizationProfile profile, float[] values) {
    if (this == TIES) {
      return unitTensorScale(profile);
    }
    float amax = 0;
    for (float value : values) {
      float magnitude = Math.abs(value);
      amax = magnitude < Float.POSITIVE_INFINITY ? Math.max(amax, magnitude) : amax;
    }
    return profile.tensorScaleOf(amax);
  }

  /** The tensor scale that changes nothing: encode and decode scale 1. */
  public static float unitTensorScale(QuantizationProfile profile) {
    return profile.tensorScaleOf(profile.tensorScale().scaleMax() * profile.format().element().maxFinite());
  }
}
