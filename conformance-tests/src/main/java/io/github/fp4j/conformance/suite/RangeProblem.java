package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;

/** One of {@link RangeGemmClass}'s products: seeded, square, K = 256. */
final class RangeProblem {
  static final int ROWS = 12;

  private static final int K = 256;
  private static final int SIGN = 8;
  private static final float[] ENDS = {
    0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e-41f, Float.MIN_NORMAL, -Math.nextDown(Float.MIN_NORMAL), Float.MAX_VALUE, -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN
  };

  /** What it shows. */
  enum Kind {
    /** Of every two neighbouring blocks under large scales one takes the other away. */
    TERMS_THAT_CANCEL,
    /** C takes the first block away, which has large scales. */
    C_THAT_CANCELS,
    /** C runs over the ends of float32; A's first row is zero. */
    ENDS_OF_C,
    /** Some blocks have a scale that is NaN. */
    NAN_SCALES
  }

  private final OperandFormat format;
  private final FloatFormat scale;
  private final Kind kind;
  private final SplittableRandom random;
  private final int[][] elementsOfA = new int[ROWS][K];
  private final int[][] elementsOfB = new int[ROWS][K];
  private final int[][] scalesOfA;
  private final int[][] scalesOfB;

  RangeProblem(OperandFormat format, Kind kind) {
    this.format = format;
    this.scale = Objects.requireNonNull(format.scale());
    this.kind = kind;
    this.random = new SplittableRandom(0x52414E4745L + kind.ordinal());
    this.scalesOfA = new int[ROWS][K / format.block()];
    this.scalesOfB = new int[ROWS][K / format.block()];
    for (int row = 0; row < ROWS; row++) {
      fill(elementsOfA[row], scalesOfA[row], row, false);
      fill(elementsOfB[row], scalesOfB[row], row, true);
    }
  }

  private void fill(int[] elements, int[] scales, int row, boolean ofB) {
    for (int i = 0; i < K; i++) {
      elements[i] = random.nextInt(16);
    }
    for (int block = 0; block < scales.length; block++) {
      boolean pair = kind == Kind.TERMS_THAT_CANCEL && block / 2 % 2 == 0;
      boolean large = pair || kind == Kind.C_THAT_CANCELS && block == 0;
      scales[block] = scaleCode(large);
      if (pair && block % 2 == 1) {
        scales[block] = scales[block - 1];
        for (int i = block * format.block(); i < (block + 1) * format.block(); i++) {
          elements[i] = elements[i - format.block()] ^ (ofB ? SIGN : 0);
        }
      }
    }
    if (kind == Kind.NAN_SCALES && row % 3 == (ofB ? 1 : 2)) {
      scales[random.nextInt(scales.length)] = scale.nanCode();
    }
    if (kind == Kind.ENDS_OF_C && row == 0 && !ofB) {
      Arrays.fill(elements, 0);
    }
  }

  private int scaleCode(boolean large) {
    if (scale == FloatFormat.UE8M0) {
      return kind == Kind.ENDS_OF_C ? random.nextInt(0xFF) : large ? random.nextInt(140, 146) : random.nextInt(110, 140);
    }
    return large ? random.nextInt(0x70, 0x7F) : random.nextInt(0x01, 0x60);
  }

  String name() {
    return AskedConversions.kebab(kind);
  }

  GemmOperand a() {
    return operand(elementsOfA, scalesOfA);
  }

  GemmOperand b() {
    return operand(elementsOfB, scalesOfB);
  }

  float[] c() {
    float[] c = new float[ROWS * ROWS];
    for (int i = 0; i < c.length; i++) {
      c[i] =
          switch (kind) {
            case TERMS_THAT_CANCEL -> i % 2 == 0 ? 0 : Math.scalb(1f, i % 40 - 20);
            case C_THAT_CANCELS -> -firstBlock(i / ROWS, i % ROWS);
            case ENDS_OF_C -> ENDS[i % ENDS.length];
            case NAN_SCALES -> i % ROWS;
          };
    }
    return c;
  }

  /** Exact: at most 20 significant bits. */
  private float firstBlock(int row, int column) {
    double sum = 0;
    for (int i = 0; i < format.block(); i++) {
      sum += ReferenceCodec.decodeDouble(format.element(), elementsOfA[row][i]) * ReferenceCodec.decodeDouble(format.element(), elementsOfB[column][i]);
    }
    return (float) (sum * ReferenceCodec.decodeDouble(scale, scalesOfA[row][0]) * ReferenceCodec.decodeDouble(scale, scalesOfB[column][0]));
  }

  private GemmOperand operand(int[][] elements, int[][] scales) {
    byte[] codes = new byte[ROWS * K / 2];
    byte[] bytes = new byte[ROWS * scales[0].length];
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < K; i++) {
        codes[(row * K + i) / 2] |= (byte) (elements[row][i] << 4 * (i & 1));
      }
      for (int block = 0; block < scales[0].length; block++) {
        bytes[row * scales[0].length + block] = (byte) scales[row][block];
      }
    }
    return new GemmOperand(format, ROWS, K, codes, bytes);
  }
}
