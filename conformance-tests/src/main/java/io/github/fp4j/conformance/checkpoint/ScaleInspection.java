package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What the scales of a quantised weight tell, and what is suspicious about them.
 *
 * @param rows rows looked at
 * @param blocks blocks looked at
 * @param nanScales blocks whose scale is NaN
 * @param negativeScales blocks whose scale byte has the sign bit set, which some readers ignore and others take for a sign
 * @param zeroScales blocks whose scale is zero although codes are not
 * @param subnormalScales blocks whose scale is subnormal
 * @param smallest smallest scale code other than zero
 * @param largest largest scale code that is a number
 */
public record ScaleInspection(
    long rows, long blocks, long nanScales, long negativeScales, long zeroScales, long subnormalScales, int smallest, int largest) {

  /** Of nothing. */
  public static final ScaleInspection NONE = new ScaleInspection(0, 0, 0, 0, 0, 0, Integer.MAX_VALUE, 0);

  /** Looks at every block of {@code tensor}. */
  public static ScaleInspection of(BlockTensor tensor) {
    FloatFormat format = tensor.profile().format().scale();
    int block = tensor.profile().format().blockSize();
    int magnitudeMask = tensor.profile().format().element().magnitudeMask();
    long nan = 0;
    long negative = 0;
    long zero = 0;
    long subnormal = 0;
    int smallest = Integer.MAX_VALUE;
    int largest = 0;
    for (int row = 0; row < tensor.rows(); row++) {
      for (int column = 0; column < tensor.columns(); column += block) {
        int scale = tensor.scaleCode(row, column);
        int magnitude = scale & format.magnitudeMask();
        negative += format.width() == 7 && scale >>> 7 != 0 ? 1 : 0;
        if (format.isNan(scale)) {
          nan++;
        } else if (magnitude == 0 && format.hasZero()) {
          zero += hasCodes(tensor, row, column, block, magnitudeMask) ? 1 : 0;
        } else {
          subnormal += format.hasZero() && magnitude >>> format.mantissaBits() == 0 ? 1 : 0;
          smallest = Math.min(smallest, magnitude);
          largest = Math.max(largest, magnitude);
        }
      }
    }
    return new ScaleInspection(tensor.rows(), tensor.scales().length, nan, negative, zero, subnormal, smallest, largest);
  }

  private static boolean hasCodes(BlockTensor tensor, int row, int column, int block, int magnitudeMask) {
    for (int i = column; i < Math.min(column + block, tensor.columns()); i++) {
      if ((tensor.code(row, i) & magnitudeMask) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Both together. */
  public ScaleInspection plus(ScaleInspection other) {
    return new ScaleInspection(
        rows + other.rows, blocks + other.blocks, nanScales + other.nanScales, negativeScales + other.negativeScales, zeroScales + other.zeroScales,
        subnormalScales + other.subnormalScales, Math.min(smallest, other.smallest), Math.max(largest, other.largest));
  }

  /** One sentence for each thing that looks wrong; {@code tensorScale} as a multiplier on the way out, 1 where there is none. */
  public List<String> suspicions(float tensorScale) {
    List<String> found = new ArrayList<>();
    if (nanScales > 0) {
      found.add("%,d of %,d block scales are NaN".formatted(nanScales, blocks));
    }
    if (negativeScales > 0) {
      found.add("%,d block scales have the sign bit set: cuBLASLt ignores it, torch reads a negative scale".formatted(negativeScales));
    }
    if (zeroScales > 0) {
      found.add("%,d blocks have scale 0 over codes that are not 0: they decode to 0".formatted(zeroScales));
    }
    if (!(tensorScale > 0) || Float.isInfinite(tensorScale)) {
      found.add("the tensor scale is " + tensorScale + ": expected a positive finite number");
    } else if (tensorScale > 16) {
      found.add("a tensor scale of %s as a multiplier makes values up to %.3g: it looks like its own reciprocal (2688/amax for amax/2688)".formatted(tensorScale, 2688.0 * tensorScale));
    }
    return found;
  }
}
