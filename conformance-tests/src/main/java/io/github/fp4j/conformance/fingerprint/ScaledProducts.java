package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Random k64 products of scaled FP4: scales far apart, terms that cancel one another or C.
 *
 * <p>A block's scales are both high, both low or anything; a group of 16 is zero, a single product, a pair that cancels, sixteen random products, or the negative
 * of the group before it; C is zero, a power of two, or the negative of the first group.
 */
final class ScaledProducts {
  private static final int K = 64;
  private static final int GROUP = 16;
  private static final int SIGN = 8;

  private final OperandFormat format;
  private final FloatFormat scale;
  private final SplittableRandom random;

  ScaledProducts(OperandFormat format, SplittableRandom random) {
    this.format = format;
    this.scale = Objects.requireNonNull(format.scale());
    this.random = random;
  }

  /** Whether products of this format are made here: the scales make the range. */
  static boolean make(OperandFormat format) {
    return format.element() == FloatFormat.E2M1 && format.scale() != null;
  }

  /** The next one. */
  RandomProduct next() {
    int[] a = new int[K];
    int[] b = new int[K];
    byte[] scalesOfA = new byte[K / format.block()];
    byte[] scalesOfB = new byte[K / format.block()];
    for (int block = 0; block < scalesOfA.length; block++) {
      int level = random.nextInt(3);
      scalesOfA[block] = (byte) scaleCode(level);
      scalesOfB[block] = (byte) scaleCode(level);
    }
    for (int group = 0; group < K / GROUP; group++) {
      fill(a, b, scalesOfA, scalesOfB, group);
    }
    float c =
        switch (random.nextInt(4)) {
          case 0 -> 0;
          case 1 -> Math.scalb(random.nextBoolean() ? 1f : -1f, random.nextInt(-20, 31));
          default -> -firstGroup(a, b, scalesOfA[0], scalesOfB[0]);
        };
    return new RandomProduct(operand(a, scalesOfA), operand(b, scalesOfB), c);
  }

  private int scaleCode(int level) {
    boolean powers = scale == FloatFormat.UE8M0;
    return switch (level) {
      case 0 -> powers ? random.nextInt(137, 148) : random.nextInt(0x70, 0x7F);
      case 1 -> powers ? random.nextInt(107, 118) : random.nextInt(0x01, 0x10);
      default -> powers ? random.nextInt(107, 148) : random.nextInt(0x01, 0x7F);
    };
  }

  private void fill(int[] a, int[] b, byte[] scalesOfA, byte[] scalesOfB, int group) {
    int start = group * GROUP;
    switch (random.nextInt(group == 0 ? 4 : 5)) {
      case 0 -> {
        // zeros
      }
      case 1 -> {
        a[start] = random.nextInt(16);
        b[start] = random.nextInt(16);
      }
      case 2 -> {
        a[start] = a[start + 1] = random.nextInt(16);
        b[start] = random.nextInt(16);
        b[start + 1] = b[start] ^ SIGN;
      }
      case 3 -> {
        for (int i = start; i < start + GROUP; i++) {
          a[i] = random.nextInt(16);
          b[i] = random.nextInt(16);
        }
      }
      default -> {
        for (int i = start; i < start + GROUP; i++) {
          a[i] = a[i - GROUP];
          b[i] = b[i - GROUP] ^ SIGN;
        }
        scalesOfA[start / format.block()] = scalesOfA[(start - GROUP) / format.block()];
        scalesOfB[start / format.block()] = scalesOfB[(start - GROUP) / format.block()];
      }
    }
  }

  private float firstGroup(int[] a, int[] b, byte scaleOfA, byte scaleOfB) {
    double sum = 0;
    for (int i = 0; i < GROUP; i++) {
      sum += ReferenceCodec.decodeDouble(format.element(), a[i]) * ReferenceCodec.decodeDouble(format.element(), b[i]);
    }
    return (float) (sum * ReferenceCodec.decodeDouble(scale, scaleOfA & 0xFF) * ReferenceCodec.decodeDouble(scale, scaleOfB & 0xFF));
  }

  private GemmOperand operand(int[] elements, byte[] scales) {
    return new GemmOperand(format, 1, K, PackedCodes.of(format, elements), scales);
  }
}
