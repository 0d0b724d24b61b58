package io.github.fp4j.simd.gemm;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.simd.Widths;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What the tests of products share: the widths, the scalar model, and seeded operands. */
final class Products {
  static final GemmKernels REFERENCE = Backends.byName("reference").gemms().orElseThrow();

  /** M, N, K: one row and column, part of a vector, of a tile and of a panel, more than one panel, K of one block and past a chunk of K. */
  static final List<int[]> SHAPES =
      List.of(
          new int[] {1, 1, 32}, new int[] {1, 64, 64}, new int[] {1, 83, 1120}, new int[] {2, 17, 96}, new int[] {3, 130, 64}, new int[] {4, 49, 32},
          new int[] {9, 33, 160}, new int[] {19, 97, 64}, new int[] {8, 3, 1056}, new int[] {520, 2, 32});

  private static final float[] SPECIAL = {
    0, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.intBitsToFloat(0xFFC12345), Float.MIN_VALUE, -Float.MIN_VALUE,
    Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE
  };

  private final SplittableRandom random;

  Products(long seed) {
    random = new SplittableRandom(seed);
  }

  /** The vector backends that run here; never empty. */
  static List<Backend> widths() {
    List<Backend> widths = Backends.available().stream().filter(backend -> backend.name().startsWith("simd-")).limit(Widths.limit()).toList();
    if (widths.isEmpty()) {
      throw new AssertionError("no vector width runs here");
    }
    return widths;
  }

  /** Any codes. In every fourth row any scales, NaN among them; elsewhere scales around one, so that sums are finite. */
  GemmOperand operand(OperandFormat format, int rows, int k) {
    byte[] codes = new byte[rows * k * format.storedBits() / 8];
    random.nextBytes(codes);
    byte[] scales = new byte[format.block() == 0 ? 0 : rows * k / format.block()];
    int one = format.block() == 16 ? 0x38 : 127;
    for (int i = 0; i < scales.length; i++) {
      boolean any = i / (k / format.block()) % 4 == 3;
      scales[i] = (byte) (any ? random.nextInt(256) : one + random.nextInt(-12, 13));
    }
    return new GemmOperand(format, rows, k, codes, scales);
  }

  /** Rows that lie {@code k + 5} apart from 3 on; every fifth with some special values, every third of any size. */
  FloatRows activations(int rows, int k) {
    float[] values = new float[3 + rows * (k + 5)];
    for (int i = 0; i < values.length; i++) {
      int row = i / (k + 5);
      if (row % 5 == 4 && random.nextInt(20) == 0) {
        values[i] = SPECIAL[random.nextInt(SPECIAL.length)];
      } else if (row % 3 == 1) {
        values[i] = Float.intBitsToFloat(random.nextInt() & 0xBFFFFFFF); // below 2: sums underflow, and stay finite
      } else {
        values[i] = (float) random.nextDouble(-1, 1);
      }
    }
    return new FloatRows(values, 3, k + 5, rows, k);
  }

  float[] addends(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i % 7 == 6 ? SPECIAL[random.nextInt(SPECIAL.length)] : (float) random.nextDouble(-100, 100);
    }
    return values;
  }

  /** An array that no product gives. */
  static float[] poisoned(int count) {
    float[] values = new float[count];
    Arrays.fill(values, Float.intBitsToFloat(0x7FBADBAD));
    return values;
  }

  static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }
}
