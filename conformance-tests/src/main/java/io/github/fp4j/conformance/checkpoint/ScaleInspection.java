package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the scales of a quantised weight tell, and what is suspicious about them.
 *
 * @param rows rows looked at
 * @param blocks blocks looked at
 * @param nanScales blocks whose scale is NaN
 * @param negativeScales blocks whose scale byte has the sign bit set, which some readers ignore and others take for a sign
 * @param zeroScales blocks whose scale is zero although codes are not
 * @param numberScales blocks whose scale is a number other than zero
 * @param subnormalScales blocks whose scale is subnormal
 * @param smallest smallest scale code other than zero
 * @param largest largest scale code that is a number
 */
public record ScaleInspection(
    long rows, long blocks, long nanScales, long negativeScales, long zeroScales, long numberScales, long subnormalScales, int smallest, int largest) {
  /** Above it amax/2688 would be of weights that reach 43,008, and its reciprocal is of any that stay below 168. */
  private static final float LARGEST_PLAUSIBLE = 16;


  /** Of nothing. */
  public static final ScaleInspection NONE = new ScaleInspection(0, 0, 0, 0, 0, 0, 0, Integer.MAX_VALUE, 0);

  /** Looks at every block of {@code tensor}. */
  public static ScaleInspection of(BlockTensor tensor) {
    FloatFormat format = tensor.profile().format().scale();
    int block = tensor.profile().format().blockSize();
    int magnitudeMask = tensor.profile().format().element().magnitudeMask();
    long nan = 0;
    long negative = 0;
    long zero = 0;
    long numbers = 0;
    long subnormal = 0;
    int smallest = Integer.MAX_VALUE;
    int largest = 0;
    for (int row = 0; row < tensor.rows(); row++) {
      for (int column = 0; column < tensor.columns(); column += block) {
        int scale = tensor.scaleCode(row, column);
        int magnitude = scale & format.magnitudeMask();
        if (format.isNan(scale)) {
          nan++;
          continue;
        }
        negative += format.width() == 7 && scale >>> 7 != 0 ? 1 : 0;
        if (magnitude == 0 && format.hasZero()) {
          zero += hasCodes(tensor, row, column, block, magnitudeMask) ? 1 : 0;
        } else {
          numbers++;
          subnormal += format.hasZero() && magnitude >>> format.mantissaBits() == 0 ? 1 : 0;
          smallest = Math.min(smallest, magnitude);
          largest = Math.max(largest, magnitude);
        }
      }
    }
    return new ScaleInspection(tensor.rows(), tensor.scales().length, nan, negative, zero, numbers, subnormal, smallest, largest);
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
        numberScales + other.numberScales, subnormalScales + other.subnormalScales, Math.min(smallest, other.smallest), Math.max(largest, other.largest));
  }

  /** One sentence for each thing that looks wrong; {@code tensorScales} as multipliers on the way out, one for each expert, 1 where there is none. */
  public List<String> suspicions(float... tensorScales) {
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
    if (2 * subnormalScales > numberScales) { // a block whose scale is subnormal is 2^15 times smaller than the tensor's largest
      found.add(
          "%,d of the %,d block scales other than 0 are subnormal, with three bits or fewer: made without a tensor scale, or with its reciprocal"
              .formatted(subnormalScales, numberScales));
    }
    tell(found, tensorScales, scale -> !(scale > 0) || Float.isInfinite(scale), scale -> scale + ": expected a positive finite number");
    tell(
        found, tensorScales, scale -> scale > LARGEST_PLAUSIBLE && Float.isFinite(scale),
        scale -> "%s as a multiplier, which makes values up to %.3g: it looks like its own reciprocal (2688/amax for amax/2688)".formatted(scale, 2688.0 * scale));
    return found;
  }

  private static void tell(List<String> found, float[] tensorScales, Predicate<Float> isOdd, Function<Float, String> text) {
    int first = -1;
    int odd = 0;
    for (int i = tensorScales.length - 1; i >= 0; i--) {
      if (isOdd.test(tensorScales[i])) {
        first = i;
        odd++;
      }
    }
    if (odd > 0) {
      String which = tensorScales.length == 1 ? "the tensor scale is " : "%,d of %,d tensor scales are odd: number %,d is ".formatted(odd, tensorScales.length, first);
      found.add(which + text.apply(tensorScales[first]));
    }
  }
}
