package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import org.jspecify.annotations.Nullable;

/**
 * An epilogue whose result is quantised in blocks before it is stored, as cuBLASLt does when D is FP4: {@code {scales, D} = quantize(S * (alpha * accumulator +
 * beta * C + bias))}, in float32 until the quantisation. Blocks run along M, the contiguous dimension of cuBLASLt's column-major D.
 *
 * <p>Source: cuBLAS documentation, "1D block scaling", D_SCALE_POINTER (the scale of the tensor, which comes in) and D_OUT_SCALE_POINTER (the block scales, which
 * go out).
 *
 * @param epilogue what comes before; its output is float32
 * @param profile the rule of the quantisation: {@link io.github.fp4j.formats.block.Profiles#CUBLASLT_D}
 * @param tensorScale as the profile stores it; for cuBLASLt 6 * 448 / amax, of an earlier iteration
 */
public record QuantizedEpilogue(Epilogue epilogue, QuantizationProfile profile, float tensorScale) {

  /** @throws IllegalArgumentException if the epilogue rounds to a type of its own */
  public QuantizedEpilogue {
    if (epilogue.output() != Epilogue.Output.FP32) {
      throw new IllegalArgumentException("epilogue's output = " + epilogue.output() + ": expected FP32, which is quantised at once");
    }
  }

  /**
   * Quantises what the epilogue makes of {@code accumulators}, which stay as they are.
   *
   * @param accumulators [M, N]
   * @param c [M, N]; null only if beta is 0
   * @param bias [M]; null for none
   * @return D as [N, M], a row for each column of the product, a last block that is not whole treated as the profile has it (cuBLASLt pads with zeros); NaN and
   *     infinities become what the profile says
   */
  public BlockTensor apply(float[] accumulators, int m, int n, float @Nullable [] c, float @Nullable [] bias) {
    if ((long) m * n != accumulators.length) {
      throw new IllegalArgumentException("accumulators has " + accumulators.length + " elements: expected " + m + " x " + n);
    }
    float[] d = accumulators.clone();
    epilogue.apply(d, c, bias);
    BlockRows to = BlockRows.allocate(profile.format(), n, profile.storedColumns("m", m));
    ReferenceQuantizer.quantize(profile, Blocking.TRANSPOSED, tensorScale, FloatRows.of(d, m, n), to);
    return new BlockTensor(profile, n, m, to.codes(), to.scales(), tensorScale);
  }
}
