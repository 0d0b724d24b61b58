package io.github.fp4j.backend;

import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.MemorySegment;

/**
 * Quantises numbers of any {@link SegmentFloats} where they lie, in native or mapped memory, and measures the errors on the way: the bytes and figures that
 * {@link BlockKernels} give for the same rows widened to float32, without the arrays in between.
 *
 * <p>Thread-safe; a matrix can be shared out by rows. Throws {@link IllegalArgumentException} for a profile that is not supported or refuses the shape or an
 * element, and {@link IndexOutOfBoundsException} for a segment that is too short, before anything is written but for a refused element.
 */
public interface SegmentQuantizer {

  /** Whether the methods here take this profile. */
  boolean supports(QuantizationProfile profile);

  /** The largest magnitude of {@code count} numbers, as {@link BlockKernels#amax}. */
  float amax(QuantizationProfile profile, SegmentFloats type, MemorySegment from, long count);

  /**
   * Quantises dense rows in blocks along them.
   *
   * @param from the numbers, row after row
   * @param codes takes the codes, row after row, padding included
   * @param scales takes the block scales
   * @return how far {@link BlockKernels#dequantize} of the result is from {@code from}
   */
  ErrorFigures quantize(
      QuantizationProfile profile, float tensorScale, SegmentFloats type, MemorySegment from, long rows, int columns, MemorySegment codes, MemorySegment scales);
}
