package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.Optional;

/** The reference's optimizer kernels, for faults to be put in. */
class FaultyOptimizers implements Backend, OptimizerKernels {
  final OptimizerKernels right = ReferenceBackend.INSTANCE.optimizers().orElseThrow();

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public String description() {
    return "the reference with a fault";
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public Optional<OptimizerKernels> optimizers() {
    return Optional.of(this);
  }

  @Override
  public void scan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset) {
    right.scan(gradient, offset, length, magnitudes, squares, chunksOffset);
  }

  @Override
  public double squaresClipped(float[] gradient, int offset, int length, float threshold, float ratio) {
    return right.squaresClipped(gradient, offset, length, threshold, ratio);
  }

  @Override
  public int countAbove(float[] gradient, int offset, int length, float threshold) {
    return right.countAbove(gradient, offset, length, threshold);
  }

  @Override
  public void condition(AdamCoefficients coefficients, float[] gradient, int offset, float[] target, int targetOffset, int length) {
    right.condition(coefficients, gradient, offset, target, targetOffset, length);
  }

  @Override
  public void adam(
      AdamCoefficients coefficients, float[] parameters, int parametersOffset, float[] gradient, int gradientOffset, float[] first, int firstOffset,
      float[] second, int secondOffset, int length) {
    right.adam(coefficients, parameters, parametersOffset, gradient, gradientOffset, first, firstOffset, second, secondOffset, length);
  }

  @Override
  public void encode(BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    right.encode(format, values, offset, length, packed, packedOffset, scales, scalesOffset);
  }

  @Override
  public void decode(BlockwiseCodebook format, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    right.decode(format, packed, packedOffset, scales, scalesOffset, values, offset, length);
  }

  @Override
  public void encode(Codebook codebook, float[] values, int offset, int length, float[] scales, int scalesOffset, byte[] packed, int packedOffset) {
    right.encode(codebook, values, offset, length, scales, scalesOffset, packed, packedOffset);
  }

  @Override
  public void decode(Codebook codebook, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    right.decode(codebook, packed, packedOffset, scales, scalesOffset, values, offset, length);
  }

  @Override
  public float raiseMaxima(float[] values, int offset, int length, float[] maxima, int maximaOffset) {
    return right.raiseMaxima(values, offset, length, maxima, maximaOffset);
  }

  @Override
  public void limitScales(float bound, float[] maxima, int maximaOffset, float[] scales, int scalesOffset, int length) {
    right.limitScales(bound, maxima, maximaOffset, scales, scalesOffset, length);
  }
}
