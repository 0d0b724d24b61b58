package io.github.fp4j.simd;

import java.util.List;

/** The kernels of every width that runs here, or of the widest alone where {@code -Dfp4j.test.widest=true} asks for it, made once for all tests. */
public final class Widths {
  private static final List<Width> AVAILABLE =
      VectorWidths.RUNGS.stream()
          .filter(bits -> VectorWidths.of(bits).isAvailable())
          .limit(limit())
          .map(bits -> new Width(bits, new SimdConversions(bits)))
          .toList();

  private static final List<BlockWidth> BLOCKS = AVAILABLE.stream().map(width -> new BlockWidth(width.bits, new SimdBlocks(width.bits))).toList();

  private static final List<OptimizerWidth> OPTIMIZERS =
      AVAILABLE.stream().map(width -> new OptimizerWidth(width.bits, new SimdOptimizers(width.bits))).toList();

  private Widths() {}

  /** How many widths are asked at most, widest first. */
  public static long limit() {
    return Boolean.getBoolean("fp4j.test.widest") ? 1 : Long.MAX_VALUE;
  }

  record Width(int bits, SimdConversions kernels) {
    @Override
    public String toString() {
      return bits + " bits";
    }
  }

  /** Never empty: a build machine without vectors of 128 bits could not test this module. */
  static List<Width> available() {
    if (AVAILABLE.isEmpty()) {
      throw new AssertionError("no vector width runs here: " + VectorWidths.of(128));
    }
    return AVAILABLE;
  }

  record BlockWidth(int bits, SimdBlocks kernels) {
    @Override
    public String toString() {
      return bits + " bits";
    }
  }

  /** The same with the block kernels. */
  static List<BlockWidth> blocks() {
    available();
    return BLOCKS;
  }

  record OptimizerWidth(int bits, SimdOptimizers kernels) {
    @Override
    public String toString() {
      return bits + " bits";
    }
  }

  /** The same with the optimizer kernels. */
  static List<OptimizerWidth> optimizers() {
    available();
    return OPTIMIZERS;
  }
}
