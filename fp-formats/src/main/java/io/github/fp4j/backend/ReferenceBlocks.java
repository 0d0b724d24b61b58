package io.github.fp4j.backend;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.ElementCast;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.ScaleSearch;
import io.github.fp4j.formats.block.StochasticRounding;

/** {@link BlockKernels} as calls of the models. */
final class ReferenceBlocks implements BlockKernels {

  @Override
  public boolean supports(QuantizationProfile profile) {
    return profile.isCpuExact();
  }

  @Override
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    return supports(profile)
        && profile.element().cast() == ElementCast.CONVERT
        && profile.blockScale().search() == ScaleSearch.NONE
        && (rounding.arithmetic() != StochasticRounding.Arithmetic.FMA_8 || profile.format().element().equals(FloatFormat.E2M1));
  }

  @Override
  public float amax(QuantizationProfile profile, FloatRows from) {
    return ReferenceQuantizer.amax(profile, from);
  }

  @Override
  public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    ReferenceQuantizer.quantize(profile, Blocking.ROWS, tensorScale, from, to);
  }

  @Override
  public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    ReferenceQuantizer.quantize(profile, Blocking.TRANSPOSED, tensorScale, from, to);
  }

  @Override
  public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
    quantize(profile, tensorScale, from, to);
    quantizeTransposed(profile, tensorScale, from, transposed);
  }

  @Override
  public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    ReferenceQuantizer.quantize(profile, Blocking.TILES, tensorScale, from, to);
  }

  @Override
  public void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    profile.requireCpuExact();
    if (!supports(profile, rounding)) {
      throw new IllegalArgumentException(
          "profile " + profile + " with " + rounding.arithmetic() + ": expected a profile that converts elements and does not search, and E2M1 for FMA_8");
    }
    ReferenceQuantizer.quantizeStochastic(profile, tensorScale, rounding, firstElement, rowElements, from, to);
  }

  @Override
  public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    ReferenceQuantizer.dequantize(profile, tensorScale, from, to);
  }

  @Override
  public void hadamard(Hadamard transform, FloatRows rows) {
    for (int row = 0; row < rows.rows(); row++) {
      transform.apply(rows.values(), rows.index(row, 0), rows.columns());
    }
  }

  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    layout.swizzle(rows, columns, linear, linearOffset, swizzled, swizzledOffset);
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    layout.unswizzle(rows, columns, swizzled, swizzledOffset, linear, linearOffset);
  }
}
