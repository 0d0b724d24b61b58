package io.github.fp4j.formats.block;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import java.util.Objects;

/**
 * What one real implementation does when it quantises to a block format, as data: every axis along which implementations differ. A new one is a new constant
 * in {@link Profiles}, not a new code path.
 *
 * @param id short name for command lines and files, lower case
 * @param format what is stored
 * @param keepsNanInAmax whether a NaN makes the largest magnitude of its block and tensor NaN (torch) or is passed over (C's fmaxf, ggml's comparison)
 * @param tensorScale the float32 of the tensor
 * @param blockScale the scale of a block
 * @param element the elements
 * @param dequantize how elements are restored
 * @param nibbleOrder how four-bit codes share bytes
 * @param raggedRows what a row that is no multiple of {@code rowMultiple} meets
 * @param rowMultiple what the length of a row must be a multiple of: the block size, or 64 for ggml's NVFP4, whose struct holds four blocks
 * @param exactness whether a CPU can compute it
 * @param source which code of which version, what of it was read and what is assumed
 */
public record QuantizationProfile(
    String id,
    BlockFormat format,
    boolean keepsNanInAmax,
    TensorScaleRule tensorScale,
    BlockScaleRule blockScale,
    ElementRule element,
    DequantizeFormula dequantize,
    NibbleOrder nibbleOrder,
    RaggedRows raggedRows,
    int rowMultiple,
    Exactness exactness,
    String source) {

  public QuantizationProfile {
    Objects.requireNonNull(id, "id");
    if (!format.scale().equals(blockScale.conversion().format())) {
      throw new IllegalArgumentException(id + ": blockScale converts to " + blockScale.conversion().format() + ": expected " + format.scale());
    }
    if (!element.conversion().format().equals(format.element())) {
      throw new IllegalArgumentException(id + ": element converts to " + element.conversion().format() + ": expected " + format.element());
    }
    if (rowMultiple % format.blockSize() != 0) {
      throw new IllegalArgumentException(id + ": rowMultiple = " + rowMultiple + ": expected a multiple of the block size " + format.blockSize());
    }
    if (nibbleOrder == NibbleOrder.PLANAR_HALVES && format.codesPerByte() != 2) {
      throw new IllegalArgumentException(id + ": nibbleOrder = PLANAR_HALVES: expected elements of at most four bits, not " + format.element());
    }
  }

  /** What is stored with a tensor whose largest magnitude is {@code amax}: the {@code tensorScale} of every kernel. 1 where the format has none. */
  public float tensorScaleOf(float amax) {
    return tensorScale.stored(amax, format.element().maxFinite());
  }

  /** Whether a CPU can run it. */
  public boolean isCpuExact() {
    return exactness instanceof Exactness.CpuExact;
  }

  /**
   * Refuses to run what only hardware can.
   *
   * @throws IllegalArgumentException with the reason and the neighbour that can run
   */
  public void requireCpuExact() {
    if (exactness instanceof Exactness.HardwareOnly(String reason, String neighbour)) {
      throw new IllegalArgumentException("profile " + id + " is hardware-only: " + reason + "; its neighbour that a CPU computes exactly is " + neighbour);
    }
  }

  /**
   * The number of elements that a row of {@code columns} takes in storage.
   *
   * @param name what to call the dimension in the message
   * @throws IllegalArgumentException if the profile refuses a row of this length
   */
  public int storedColumns(String name, int columns) {
    if (columns % rowMultiple != 0 && raggedRows == RaggedRows.REFUSE) {
      throw new IllegalArgumentException(
          "%s = %d is not a multiple of %d: %s blocks run along it and %s does not pad (pad it to %d, or use a profile that pads)"
              .formatted(name, columns, rowMultiple, format.name(), id, Math.ceilDiv(columns, rowMultiple) * rowMultiple));
    }
    return Math.multiplyExact(Math.ceilDiv(columns, rowMultiple), rowMultiple);
  }

  /**
   * The same rules over another format: other block sizes, or MXFP6 and MXFP8 under an MX rule. Conversions keep their policies; a NaN policy that the new
   * element format has no use for becomes NVIDIA's.
   *
   * @throws IllegalArgumentException if the rules do not fit the format
   */
  public QuantizationProfile with(BlockFormat other) {
    Conversion scale = retarget(blockScale.conversion(), other.scale());
    Conversion elements = retarget(element.conversion(), other.element());
    return new QuantizationProfile(
        id, other, keepsNanInAmax, tensorScale, blockScale.with(scale), new ElementRule(element.encode(), element.cast(), elements), dequantize,
        nibbleOrder, raggedRows, other.blockSize(), exactness, source);
  }

  /** The same with another rule for block scales. */
  public QuantizationProfile with(BlockScaleRule other) {
    return new QuantizationProfile(
        id, format, keepsNanInAmax, tensorScale, other, element, dequantize, nibbleOrder, raggedRows, rowMultiple, exactness, source);
  }

  /** The same with another rule for elements. */
  public QuantizationProfile with(ElementRule other) {
    return new QuantizationProfile(
        id, format, keepsNanInAmax, tensorScale, blockScale, other, dequantize, nibbleOrder, raggedRows, rowMultiple, exactness, source);
  }

  /** The same under another id, so that a variation can be told from what it varies. */
  public QuantizationProfile named(String other) {
    return new QuantizationProfile(
        other, format, keepsNanInAmax, tensorScale, blockScale, element, dequantize, nibbleOrder, raggedRows, rowMultiple, exactness, source);
  }

  /** The same with another note on where it comes from. */
  public QuantizationProfile from(String otherSource) {
    return new QuantizationProfile(
        id, format, keepsNanInAmax, tensorScale, blockScale, element, dequantize, nibbleOrder, raggedRows, rowMultiple, exactness, otherSource);
  }

  /** The same with another exactness. */
  public QuantizationProfile with(Exactness other) {
    return new QuantizationProfile(
        id, format, keepsNanInAmax, tensorScale, blockScale, element, dequantize, nibbleOrder, raggedRows, rowMultiple, other, source);
  }

  /** The same with another order of nibbles. */
  public QuantizationProfile with(NibbleOrder other) {
    return new QuantizationProfile(
        id, format, keepsNanInAmax, tensorScale, blockScale, element, dequantize, other, raggedRows, rowMultiple, exactness, source);
  }

  private static Conversion retarget(Conversion conversion, FloatFormat format) {
    if (conversion.format().equals(format)) {
      return conversion;
    }
    boolean hadNan = conversion.format().hasNan();
    NanPolicy nan = hadNan == format.hasNan() ? conversion.nan() : Conversion.cuda(format).nan();
    return new Conversion(
        format, conversion.rounding(), 0, conversion.overflow(), nan, conversion.zeroSign(), conversion.unsigned(), conversion.preRounding());
  }

  @Override
  public String toString() {
    return id;
  }
}
