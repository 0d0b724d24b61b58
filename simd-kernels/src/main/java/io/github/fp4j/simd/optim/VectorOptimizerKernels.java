package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import java.util.Objects;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * {@link OptimizerKernels} on the Vector API, in the widest vectors that the machine prefers (512 or 256 bits). Bit-equal to the reference but for the payload
 * of NaNs. Codes of 8 bits go through the scalar codebook.
 */
public final class VectorOptimizerKernels implements OptimizerKernels {
  private static final VectorOptimizerKernels INSTANCE = new VectorOptimizerKernels();
  private static final OptimizerKernels SCALAR = ReferenceBackend.INSTANCE.optimizers().orElseThrow();

  private VectorOptimizerKernels() {}

  /** The kernels, or empty where the machine's vectors are narrower than 256 bits. */
  public static Optional<OptimizerKernels> find() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 256 ? Optional.of(INSTANCE) : Optional.empty();
  }

  @Override
  public void scan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    Objects.checkFromIndexSize(chunksOffset, Math.ceilDiv(length, CHUNK), Math.min(magnitudes.length, squares.length));
    for (int from = 0; from < length; from += CHUNK) {
      int chunk = chunksOffset + from / CHUNK;
      int count = Math.min(CHUNK, length - from);
      squares[chunk] = VectorStatistics.scan(gradient, offset + from, count, magnitudes, chunk);
    }
  }

  @Override
  public double squaresClipped(float[] gradient, int offset, int length, float threshold, float ratio) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    return VectorStatistics.squaresClipped(gradient, offset, length, threshold, ratio);
  }

  @Override
  public int countAbove(float[] gradient, int offset, int length, float threshold) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    return VectorStatistics.countAbove(gradient, offset, length, threshold);
  }

  @Override
  public void condition(AdamCoefficients coefficients, float[] gradient, int offset, float[] target, int targetOffset, int length) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    Objects.checkFromIndexSize(targetOffset, length, target.length);
    int done = VectorAdam.condition(coefficients, gradient, offset, target, targetOffset, length);
    SCALAR.condition(coefficients, gradient, offset + done, target, targetOffset + done, length - done);
  }

  @Override
  public void adam(
      AdamCoefficients coefficients,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset,
      int length) {
    Objects.checkFromIndexSize(parametersOffset, length, parameters.length);
    Objects.checkFromIndexSize(gradientOffset, length, gradient.length);
    Objects.checkFromIndexSize(firstOffset, length, first.length);
    Objects.checkFromIndexSize(secondOffset, length, second.length);
    int done =
        coefficients.lerp
            ? VectorAdam.lerp(coefficients, parameters, parametersOffset, gradient, gradientOffset, first, firstOffset, second, secondOffset, length)
            : VectorAdam.blend(coefficients, parameters, parametersOffset, gradient, gradientOffset, first, firstOffset, second, secondOffset, length);
    SCALAR.adam(
        coefficients,
        parameters,
        parametersOffset + done,
        gradient,
        gradientOffset + done,
        first,
        firstOffset + done,
        second,
        secondOffset + done,
        length - done);
  }

  @Override
  public void encode(
      BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    int done = 0;
    if (VectorCodes.supports(format)) {
      Objects.checkFromIndexSize(offset, length, values.length);
      Objects.checkFromIndexSize(packedOffset, format.codebook().bytes(length), packed.length);
      Objects.checkFromIndexSize(scalesOffset, format.blocks(length), scales.length);
      done = VectorCodes.encode(format, values, offset, length, packed, packedOffset, scales, scalesOffset);
    }
    format.encode(values, offset + done, length - done, packed, packedOffset + done / 2, scales, scalesOffset + done / format.blockSize());
  }

  @Override
  public void decode(
      BlockwiseCodebook format, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    int done = 0;
    if (VectorCodes.supports(format)) {
      Objects.checkFromIndexSize(packedOffset, format.codebook().bytes(length), packed.length);
      Objects.checkFromIndexSize(scalesOffset, format.blocks(length), scales.length);
      Objects.checkFromIndexSize(offset, length, values.length);
      done = VectorCodes.decode(format, packed, packedOffset, scales, scalesOffset, values, offset, length);
    }
    format.decode(packed, packedOffset + done / 2, scales, scalesOffset + done / format.blockSize(), values, offset + done, length - done);
  }
}
