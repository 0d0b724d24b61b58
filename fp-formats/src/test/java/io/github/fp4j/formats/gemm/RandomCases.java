package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Random operands and C that reach every corner: scales close together, wide, subnormal, zero and NaN; C of every kind. */
final class RandomCases {
  private static final int[] SPECIAL_C = {
    0, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFFFFFFF, 0x7F800001, 1, 0x80000001, 0x007FFFFF, 0x00800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x4B800000,
    0x3F800000
  };

  private final SplittableRandom random;

  RandomCases(long seed) {
    random = new SplittableRandom(seed);
  }

  /** An operand of scaled E2M1 in which each row has its own kind of scales and of sparsity. */
  GemmOperand operand(OperandFormat format, int rows, int k) {
    if (format.element() != FloatFormat.E2M1 || format.block() == 0) {
      return anyBits(format, rows, k);
    }
    byte[] codes = new byte[rows * k / 2];
    byte[] scales = new byte[rows * k / format.block()];
    for (int row = 0; row < rows; row++) {
      int zeros = random.nextInt(4) == 0 ? random.nextInt(100) : 0; // percentage
      for (int i = row * k / 2; i < (row + 1) * k / 2; i++) {
        codes[i] = (byte) (code(zeros) | code(zeros) << 4);
      }
      int kind = random.nextInt(8);
      for (int i = row * k / format.block(); i < (row + 1) * k / format.block(); i++) {
        scales[i] = (byte) scale(format, kind);
      }
    }
    return new GemmOperand(format, rows, k, codes, scales);
  }

  /** Uniform bits, infinities and NaNs among them, in the first row of sixteen; uniform but finite in the fifth; of moderate size in the others. */
  private GemmOperand anyBits(OperandFormat format, int rows, int k) {
    byte[] codes = bytes(rows * k * format.storedBits() / 8);
    byte[] scales = bytes(format.block() == 0 ? 0 : rows * k / format.block());
    int bytes = Math.max(format.storedBits() / 8, 1);
    for (int at = 0; at < rows * k; at++) {
      int row = at / k % 16;
      if (row != 0 && format.storedBits() > 4) {
        int top = at * bytes + bytes - 1;
        codes[top] = (byte) (row == 4 ? codes[top] & ~highestOfExponents(format.element()) : moderateTopByte(format.element()));
        if (random.nextInt(10) == 0) {
          Arrays.fill(codes, at * bytes, (at + 1) * bytes, (byte) 0);
        }
      }
    }
    return new GemmOperand(format, rows, k, codes, scales);
  }

  /** The top byte's second bit of the exponent field: without it no element is infinite or NaN. */
  private static int highestOfExponents(FloatFormat element) {
    return 1 << Math.min(element.width(), 8) - 3;
  }

  private int moderateTopByte(FloatFormat element) {
    int middle = element.width() <= 8 ? element.bias() << element.mantissaBits() : element.exponentBits() == 8 ? 0x3F : 0x3C;
    return random.nextInt(2) << Math.min(element.width(), 8) - 1 | Math.max(middle + random.nextInt(-8, 9), 0);
  }

  private int code(int zeros) {
    return random.nextInt(100) < zeros ? 8 * random.nextInt(2) : random.nextInt(16);
  }

  private int scale(OperandFormat format, int kind) {
    boolean ue4m3 = format == OperandFormat.NVFP4;
    int one = ue4m3 ? 0x38 : 127;
    return switch (kind) {
      case 0, 1 -> one + random.nextInt(-4, 5); // close together
      case 2 -> ue4m3 ? random.nextInt(9) : random.nextInt(20); // zero, subnormal and the smallest
      case 3 -> random.nextInt(100) == 0 ? (ue4m3 ? 0x7F : 0xFF) : random.nextInt(ue4m3 ? 127 : 255); // a NaN now and then
      case 4 -> random.nextInt(256); // everything, the ignored top bit too
      case 5 -> random.nextBoolean() ? (ue4m3 ? 0x78 : 150) : (ue4m3 ? 1 : 110); // far apart
      default -> one + random.nextInt(-24, 25);
    };
  }

  /** C as float32 bits: usual sizes, any exponent, special values. */
  int c() {
    int kind = random.nextInt(8);
    if (kind == 0) {
      return SPECIAL_C[random.nextInt(SPECIAL_C.length)];
    }
    if (kind == 1) {
      return random.nextInt();
    }
    if (kind < 4) {
      return 0;
    }
    return random.nextInt() & 0x807FFFFF | 127 + random.nextInt(-30, 35) << 23;
  }

  /** C as fp16 bits. */
  int halfC() {
    return random.nextInt(3) == 0 ? 0 : random.nextInt(0x10000);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
