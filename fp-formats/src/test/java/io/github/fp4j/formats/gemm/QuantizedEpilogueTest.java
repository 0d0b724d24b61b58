package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.gemm.Epilogue.Combination;
import io.github.fp4j.formats.gemm.Epilogue.Output;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuantizedEpilogueTest {
  private static final int M = 40;
  private static final int N = 3;

  /** cuBLASLt's formulas written out for each block of 16 along M, the last one half empty. */
  @Test
  void blocksRunAlongMUnderTheTensorsScale() {
    Random random = new Random(1);
    float[] accumulators = new float[M * N];
    float[] c = new float[M * N];
    float[] bias = new float[M];
    for (int i = 0; i < accumulators.length; i++) {
      accumulators[i] = (float) random.nextGaussian() * 100;
      c[i] = (float) random.nextGaussian();
      bias[i / N] = i / N - 20;
    }
    float encode = 2688 / 250f;
    Epilogue epilogue = new Epilogue(0.5f, -3, Combination.FUSED, Output.FP32);
    BlockTensor d = new QuantizedEpilogue(epilogue, Profiles.CUBLASLT_D, encode).apply(accumulators, M, N, c, bias);
    assertThat(d.rows()).isEqualTo(N);
    assertThat(d.columns()).isEqualTo(M);
    int compared = 0;
    for (int column = 0; column < N; column++) {
      for (int block = 0; block < 3; block++) {
        float amax = 0;
        for (int row = 16 * block; row < Math.min(16 * block + 16, M); row++) {
          amax = Math.max(amax, Math.abs(stored(accumulators, c, bias, row, column)));
        }
        int scale = ReferenceCodec.encode(Conversion.cuda(FloatFormat.E4M3), amax * encode / 6);
        assertThat(d.scales()[3 * column + block] & 0xFF).isEqualTo(scale);
        float decode = 1 / ReferenceCodec.decode(FloatFormat.E4M3, scale);
        for (int row = 16 * block; row < Math.min(16 * block + 16, M); row++) {
          float scaled = stored(accumulators, c, bias, row, column) * encode * decode;
          assertThat(d.code(column, row)).isEqualTo(ReferenceCodec.encode(Conversion.cuda(FloatFormat.E2M1), scaled));
          compared++;
        }
      }
    }
    assertThat(compared).isEqualTo(M * N);
  }

  private static float stored(float[] accumulators, float[] c, float[] bias, int row, int column) {
    int i = row * N + column;
    return Math.fma(0.5f, accumulators[i], -3 * c[i]) + bias[row];
  }

  @Test
  void aTypeOfItsOwnAndWrongShapesAreRefused() {
    Epilogue rounding = new Epilogue(1, 0, Combination.FUSED, Output.BF16);
    assertThatThrownBy(() -> new QuantizedEpilogue(rounding, Profiles.CUBLASLT_D, 1)).hasMessage("epilogue's output = BF16: expected FP32, which is quantised at once");
    assertThatThrownBy(() -> new QuantizedEpilogue(Epilogue.NONE, Profiles.CUBLASLT_D, 1).apply(new float[7], 2, 3, null, null))
        .hasMessage("accumulators has 7 elements: expected 2 x 3");
  }
}
