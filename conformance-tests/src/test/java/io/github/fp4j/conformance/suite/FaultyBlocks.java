package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The reference as a subject, to be made wrong in one method. */
class FaultyBlocks implements Backend, BlockKernels {
  private static final Map<String, CoverageClass> CLASSES =
      BlockSuites.at(Level.QUICK).stream().collect(Collectors.toMap(CoverageClass::id, Function.identity()));

  final BlockKernels right = ReferenceBackend.INSTANCE.blocks().orElseThrow();

  /** What the judge says of {@code subject} in one class. */
  static ClassResult judge(Backend subject, String id) throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      return new Judge(List.of(CLASSES.get(id)), 20).judge(List.of(subject), workers, Judge.Listener.SILENT).getFirst();
    }
  }

  static Verdict verdict(Backend subject, String id) throws InterruptedException {
    return judge(subject, id).verdict();
  }

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
  public Optional<BlockKernels> blocks() {
    return Optional.of(this);
  }

  @Override
  public boolean supports(QuantizationProfile profile) {
    return right.supports(profile);
  }

  @Override
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    return right.supports(profile, rounding);
  }

  @Override
  public float amax(QuantizationProfile profile, FloatRows from) {
    return right.amax(profile, from);
  }

  @Override
  public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    right.quantize(profile, tensorScale, from, to);
  }

  @Override
  public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    right.quantizeTransposed(profile, tensorScale, from, to);
  }

  @Override
  public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
    right.quantizeBoth(profile, tensorScale, from, to, transposed);
  }

  @Override
  public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    right.quantizeTiles(profile, tensorScale, from, to);
  }

  @Override
  public void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    right.quantizeStochastic(profile, tensorScale, rounding, firstElement, rowElements, from, to);
  }

  @Override
  public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    right.dequantize(profile, tensorScale, from, to);
  }

  @Override
  public void hadamard(Hadamard transform, FloatRows rows) {
    right.hadamard(transform, rows);
  }

  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    right.swizzle(layout, rows, columns, linear, linearOffset, swizzled, swizzledOffset);
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    right.unswizzle(layout, rows, columns, swizzled, swizzledOffset, linear, linearOffset);
  }
}
