package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.BottomCodes;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.TopCodes;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one operand of a matrix product is made of: elements, and perhaps one scale for each block of them along K.
 *
 * @param name the field's name, lower case, e.g. {@code nvfp4}
 * @param element format of the elements
 * @param scale format of the block scales, a byte each; null without scales
 * @param block elements that share a scale; 0 without scales
 */
public record OperandFormat(String name, FloatFormat element, @Nullable FloatFormat scale, int block) {

  /** E2M1 with a UE4M3 scale for 16: the operands of {@code mxf4nvf4}, without the tensor scale (that is the epilogue's alpha). */
  public static final OperandFormat NVFP4 = new OperandFormat("nvfp4", FloatFormat.E2M1, FloatFormat.UE4M3, 16);

  /** E2M1 with a UE8M0 scale for 32: the operands of {@code mxf4} and, unpacked, of {@code mxf8f6f4}. */
  public static final OperandFormat MXFP4 = mx("mxfp4", FloatFormat.E2M1);

  public static final OperandFormat MXFP6_E2M3 = mx("mxfp6-e2m3", FloatFormat.E2M3);
  public static final OperandFormat MXFP6_E3M2 = mx("mxfp6-e3m2", FloatFormat.E3M2);
  public static final OperandFormat MXFP8_E4M3 = mx("mxfp8-e4m3", FloatFormat.E4M3);
  public static final OperandFormat MXFP8_E5M2 = mx("mxfp8-e5m2", FloatFormat.E5M2);
  public static final OperandFormat FP16 = plain(FloatFormat.FP16);
  public static final OperandFormat BF16 = plain(FloatFormat.BF16);

  /** Float32 cut to 10 mantissa bits, as the tensor core reads it. */
  public static final OperandFormat TF32 =
      plain(new FloatFormat("tf32", 8, 10, 127, true, TopCodes.IEEE, BottomCodes.ZERO_AND_SUBNORMALS));

  public static final OperandFormat E4M3 = plain(FloatFormat.E4M3);
  public static final OperandFormat E5M2 = plain(FloatFormat.E5M2);
  public static final OperandFormat E3M2 = plain(FloatFormat.E3M2);
  public static final OperandFormat E2M3 = plain(FloatFormat.E2M3);
  public static final OperandFormat E2M1 = plain(FloatFormat.E2M1);

  private static final List<OperandFormat> NAMED =
      List.of(NVFP4, MXFP4, MXFP6_E2M3, MXFP6_E3M2, MXFP8_E4M3, MXFP8_E5M2, FP16, BF16, TF32, E4M3, E5M2, E3M2, E2M3, E2M1);

  public OperandFormat {
    if ((scale == null) != (block == 0) || block < 0) {
      throw new IllegalArgumentException("block = " + block + " with scale format " + scale + ": expected a positive block with scales, 0 without");
    }
    if (scale != null && scale.width() > 8) {
      throw new IllegalArgumentException("scale = " + scale + " has " + scale.width() + " bits: expected at most 8");
    }
  }

  private static OperandFormat mx(String name, FloatFormat element) {
    return new OperandFormat(name, element, FloatFormat.UE8M0, 32);
  }

  private static OperandFormat plain(FloatFormat element) {
    return new OperandFormat(element.name(), element, null, 0);
  }

  /** The formats that have a constant here. */
  public static List<OperandFormat> named() {
    return NAMED;
  }

  /** The constant with this name; case is ignored. */
  public static Optional<OperandFormat> byName(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return NAMED.stream().filter(format -> format.name.equals(wanted)).findFirst();
  }

  /** Bits that one element takes in memory: 4 (two to a byte), 8, 16, or 32 for a float32 of which the low bits are ignored. */
  public int storedBits() {
    int width = element.width();
    return width <= 4 ? 4 : width <= 8 ? 8 : width <= 16 ? 16 : 32;
  }

  @Override
  public String toString() {
    return name;
  }
}
