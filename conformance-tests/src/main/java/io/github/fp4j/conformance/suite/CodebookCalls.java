package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Calls of the kernels for optimizer states in codes: every code, every midpoint and its neighbours under many scales, every kind of input at many lengths. */
final class CodebookCalls {
  private static final int[] BLOCK_SIZES = {2, 16, 48, 64, 128, 256, 4096};
  private static final int SCALES = 400;
  private static final int NEIGHBOURS = 7;
  private static final byte POISON = (byte) 0xA5;
  private static final float[] SPECIAL_SCALES = {
    0, -0f, 1, .3f, -2, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN
  };

  private CodebookCalls() {}

  /** Blocks with a scale each. */
  static List<OptimizerCall> blocks(Codebook codebook) {
    List<OptimizerCall> calls = new ArrayList<>();
    for (int size : BLOCK_SIZES) {
      BlockwiseCodebook format = new BlockwiseCodebook(codebook, size);
      for (OptimizerInput input : OptimizerInput.values()) {
        for (int length : OptimizerCalls.lengths()) {
          if (length % 8 == input.ordinal() || size == 128) {
            calls.add(encoded(format, input, length, calls.size()));
          }
        }
      }
    }
    for (int block = 0; block < SCALES; block++) {
      calls.add(midpoints(codebook, block));
    }
    for (float scale : SPECIAL_SCALES) {
      calls.add(decodedCodes(codebook, scale));
    }
    return calls;
  }

  private static byte[] poisoned(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, POISON);
    return bytes;
  }

  private static OptimizerCall encoded(BlockwiseCodebook format, OptimizerInput input, int length, int seed) {
    int bytes = format.codebook().bytes(length);
    int blocks = format.blocks(length);
    return new OptimizerCall(
        "%s, blocks of %d, length %d".formatted(AskedConversions.kebab(input), format.blockSize(), length),
        bytes + 4L + blocks + 3 + length + 3,
        kernels -> {
          float[] x = input.values(length + 2, seed);
          if (length > format.blockSize()) {
            Arrays.fill(x, 2, 2 + format.blockSize(), seed % 2 == 0 ? 0f : -0f);
          }
          byte[] packed = poisoned(bytes + 4);
          float[] scales = OptimizerCalls.poisoned(blocks + 3);
          float[] back = OptimizerCalls.poisoned(length + 3);
          kernels.encode(format, x, 2, length, packed, 3, scales, 1);
          kernels.decode(format, packed, 3, scales, 1, back, 2, length);
          return new OptimizerAnswer().add("packed", packed).add("scales", scales).add("decoded", back);
        });
  }

  /** The floats around {@code midpoint * scale}, on both sides of where the division rounds; subnormal scales among them. */
  private static float[] aroundMidpoints(Codebook codebook, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float scale = seed == 0 ? 1 : Float.intBitsToFloat(seed % 3 == 0 ? random.nextInt(1, 1 << 24) : random.nextInt(1, 0x7F000000));
    int midpoints = codebook.size() - 1;
    float[] x = new float[1 + NEIGHBOURS * midpoints + codebook.size()];
    x[0] = scale;
    for (int i = 0; i < midpoints; i++) {
      float near = codebook.midpoint(i) * scale;
      for (int k = 0; k < NEIGHBOURS / 2; k++) {
        near = Math.nextDown(near);
      }
      for (int k = 0; k < NEIGHBOURS; k++) {
        x[1 + NEIGHBOURS * i + k] = Math.clamp(near, -scale, scale);
        near = Math.nextUp(near);
      }
    }
    for (int code = 0; code < codebook.size(); code++) {
      x[1 + NEIGHBOURS * midpoints + code] = codebook.value(code) * scale;
    }
    return x;
  }

  private static OptimizerCall midpoints(Codebook codebook, long seed) {
    float[] around = aroundMidpoints(codebook, seed);
    int size = Integer.highestOneBit(around.length - 1) << 1;
    BlockwiseCodebook format = new BlockwiseCodebook(codebook, size);
    return new OptimizerCall(
        "midpoints and values under scale " + around[0],
        codebook.bytes(size) + 1,
        kernels -> {
          float[] x = Arrays.copyOf(around, size);
          byte[] packed = poisoned(codebook.bytes(size));
          float[] scales = new float[1];
          kernels.encode(format, x, 0, size, packed, 0, scales, 0);
          return new OptimizerAnswer().add("packed", packed).add("scale", scales);
        });
  }

  private static OptimizerCall decodedCodes(Codebook codebook, float scale) {
    BlockwiseCodebook format = new BlockwiseCodebook(codebook, 128);
    int length = 256 * 8 / codebook.bits();
    return new OptimizerCall(
        "every byte of codes under scale " + scale,
        length,
        kernels -> {
          byte[] packed = everyByte();
          float[] scales = new float[format.blocks(length)];
          Arrays.fill(scales, scale);
          float[] back = OptimizerCalls.poisoned(length);
          kernels.decode(format, packed, 0, scales, 0, back, 0, length);
          return new OptimizerAnswer().add("decoded", back);
        });
  }

  private static byte[] everyByte() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < 256; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /** A scale to every element. */
  static List<OptimizerCall> elements(Codebook codebook) {
    List<OptimizerCall> calls = new ArrayList<>();
    for (OptimizerInput input : OptimizerInput.values()) {
      for (int length : OptimizerCalls.lengths()) {
        calls.add(encodedElements(codebook, input, length, calls.size()));
      }
    }
    for (int i = 0; i < SCALES; i++) {
      calls.add(elementMidpoints(codebook, i));
    }
    return calls;
  }

  private static OptimizerCall encodedElements(Codebook codebook, OptimizerInput input, int length, int seed) {
    int bytes = codebook.bytes(length);
    return new OptimizerCall(
        "%s, length %d".formatted(AskedConversions.kebab(input), length),
        bytes + 3L + length + 3,
        kernels -> {
          float[] x = input.values(length + 3, seed);
          float[] scales = new float[length + 2];
          for (int i = 0; i < length; i++) {
            float magnitude = Math.abs(x[3 + i]);
            scales[2 + i] = seed % 5 == 0 ? SPECIAL_SCALES[i % SPECIAL_SCALES.length] : magnitude * (1 + i % 5);
          }
          byte[] packed = poisoned(bytes + 3);
          float[] back = OptimizerCalls.poisoned(length + 3);
          kernels.encode(codebook, x, 3, length, scales, 2, packed, 1);
          kernels.decode(codebook, packed, 1, scales, 2, back, 2, length);
          return new OptimizerAnswer().add("packed", packed).add("decoded", back);
        });
  }

  private static OptimizerCall elementMidpoints(Codebook codebook, long seed) {
    float[] x = aroundMidpoints(codebook, seed);
    return new OptimizerCall(
        "midpoints and values under scale " + x[0],
        codebook.bytes(x.length),
        kernels -> {
          float[] scales = new float[x.length];
          Arrays.fill(scales, x[0]);
          byte[] packed = poisoned(codebook.bytes(x.length));
          kernels.encode(codebook, x, 0, x.length, scales, 0, packed, 0);
          return new OptimizerAnswer().add("packed", packed);
        });
  }
}
