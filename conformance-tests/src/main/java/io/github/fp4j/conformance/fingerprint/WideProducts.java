package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random k64 products of elements that have a range of their own, with or without scales: exponents far apart, terms that cancel one another or C.
 *
 * <p>K is made of runs of four products, the shortest step of any model. A run is zero, a single product, a pair that cancels, four random products, or the
 * negative of an earlier run; its elements are all large, all small or anything. C is zero, a power of two, or the negative of the first run, half of them fp16 numbers where models with
 * fp16 accumulators take the format (to which these round the others). Exponents stay
 * within {@link #REACH} of 1 and elements are finite.
 */
final class WideProducts {
  private static final int K = 64;
  private static final int RUN = 4;
  private static final int REACH = 20;

  private final OperandFormat format;
  private final FloatFormat element;
  private final boolean halves;
  private final SplittableRandom random;
  private final int[] a = new int[K];
  private final int[] b = new int[K];

  WideProducts(OperandFormat format, SplittableRandom random) {
    this.format = format;
    this.element = format.element();
    this.halves = Fingerprint.candidates(format).stream().anyMatch(model -> model.output().type() == AccumulatorType.FP16);
    this.random = random;
  }

  /** The next one. */
  RandomProduct next() {
    Arrays.fill(a, 0);
    Arrays.fill(b, 0);
    for (int run = 0; run < K / RUN; run++) {
      fill(run);
    }
    GemmOperand rowOfA = operand(a);
    GemmOperand rowOfB = operand(b);
    return new RandomProduct(rowOfA, rowOfB, start(rowOfA, rowOfB));
  }

  private void fill(int run) {
    int start = run * RUN;
    int level = random.nextInt(3);
    switch (random.nextInt(run == 0 ? 4 : 5)) {
      case 0 -> {
        // zeros
      }
      case 1 -> {
        a[start] = code(level);
        b[start] = code(level);
      }
      case 2 -> {
        a[start] = code(level);
        a[start + 1] = a[start];
        b[start] = code(level);
        b[start + 1] = negative(b[start]);
      }
      case 3 -> {
        for (int i = start; i < start + RUN; i++) {
          a[i] = code(level);
          b[i] = code(level);
        }
      }
      default -> {
        int distance = RUN * random.nextInt(1, run + 1);
        for (int i = start; i < start + RUN; i++) {
          a[i] = a[i - distance];
          b[i] = negative(b[i - distance]);
        }
      }
    }
  }

  private int negative(int code) {
    return code ^ 1 << element.width() - 1;
  }

  /** An element whose exponent field is in the upper third (level 0), the lower third (1) or anywhere (2) of those within reach. */
  private int code(int level) {
    int lowest = Math.max(0, element.bias() - REACH);
    int highest = Math.min((1 << element.exponentBits()) - 2, element.bias() + REACH);
    int third = (highest - lowest) / 3;
    int field =
        switch (level) {
          case 0 -> random.nextInt(highest - third, highest + 1);
          case 1 -> random.nextInt(lowest, lowest + third + 1);
          default -> random.nextInt(lowest, highest + 1);
        };
    int sign = random.nextInt(2) << element.width() - 1;
    return sign | field << element.mantissaBits() | random.nextInt(1 << element.mantissaBits());
  }

  private float start(GemmOperand rowOfA, GemmOperand rowOfB) {
    boolean half = halves && random.nextBoolean(); // beyond fp16 narrow products are cut nowhere but against C
    float c =
        switch (random.nextInt(4)) {
          case 0 -> 0;
          case 1 -> Math.scalb(random.nextBoolean() ? 1f : -1f, half ? random.nextInt(-14, 16) : random.nextInt(-REACH, 31));
          default -> (float) -firstRun(rowOfA, rowOfB);
        };
    float stored = half ? Float.float16ToFloat(Float.floatToFloat16(c)) : c;
    return Float.isFinite(stored) ? stored : 0;
  }

  private double firstRun(GemmOperand rowOfA, GemmOperand rowOfB) {
    double sum = 0;
    for (int i = 0; i < RUN; i++) {
      sum += ReferenceCodec.decodeDouble(element, a[i]) * ReferenceCodec.decodeDouble(element, b[i]);
    }
    FloatFormat scale = format.scale();
    return scale == null ? sum : sum * ReferenceCodec.decodeDouble(scale, rowOfA.scale(0, 0)) * ReferenceCodec.decodeDouble(scale, rowOfB.scale(0, 0));
  }

  private GemmOperand operand(int[] elements) {
    byte[] scales = new byte[format.block() == 0 ? 0 : K / format.block()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (127 + random.nextInt(-REACH, REACH + 1) / 2);
    }
    return new GemmOperand(format, 1, K, PackedCodes.of(format, elements), scales);
  }
}
