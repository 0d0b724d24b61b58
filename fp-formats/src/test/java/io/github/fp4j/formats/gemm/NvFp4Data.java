package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.E2m1;
import io.github.fp4j.formats.E4m3;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.Random;

/** Normal random matrices quantised to NVFP4 as TransformerEngine does: tensor scale 2688 / amax, block scale amax / 6, elements to nearest. */
final class NvFp4Data {
  private NvFp4Data() {}

  static GemmOperand normal(long seed, int rows, int k) {
    Random random = new Random(seed);
    float[] x = new float[rows * k];
    float amax = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
      amax = Math.max(amax, Math.abs(x[i]));
    }
    float encode = 448 * 6 / amax;
    byte[] codes = new byte[x.length / 2];
    byte[] scales = new byte[x.length / 16];
    for (int block = 0; block < scales.length; block++) {
      float blockAmax = 0;
      for (int i = 16 * block; i < 16 * block + 16; i++) {
        blockAmax = Math.max(blockAmax, Math.abs(x[i]));
      }
      scales[block] = (byte) E4m3.encode(blockAmax * (encode / 6));
      float inverse = encode / ReferenceCodec.decode(FloatFormat.E4M3, scales[block]);
      for (int i = 16 * block; i < 16 * block + 16; i++) {
        codes[i / 2] |= (byte) (E2m1.encode(x[i] * inverse) << 4 * (i & 1));
      }
    }
    return new GemmOperand(OperandFormat.NVFP4, rows, k, codes, scales);
  }
}
