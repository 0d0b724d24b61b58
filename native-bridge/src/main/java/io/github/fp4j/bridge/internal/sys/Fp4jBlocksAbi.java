package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockScaleRule;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.TensorScaleRule;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** What {@code fp4j/fp4j_blocks.h} says, and nothing else. The header numbers the constants of our enums in their order. */
public final class Fp4jBlocksAbi {
  /** An element has no code. */
  public static final int REFUSED = 4;

  /** {@code sizeof(fp4j_profile)}: sixty fields of four bytes. */
  public static final long PROFILE_BYTES = 60 * 4;

  /** {@code sizeof(fp4j_stochastic)}: two int32, two uint64. */
  public static final long STOCHASTIC_BYTES = 2 * 4 + 2 * 8;

  /** {@code sizeof(fp4j_error_figures)}: three uint64, four doubles. */
  public static final long FIGURES_BYTES = 3 * 8 + 4 * 8;

  private static final ValueLayout.OfLong SIZE = JAVA_LONG;

  private static final MethodHandle SUPPORTS_PROFILE = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle AMAX_OF_VALUES = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, SIZE, ADDRESS));
  private static final MethodHandle QUANTIZE_MEASURED =
      Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_FLOAT, JAVA_INT, ADDRESS, SIZE, SIZE, ADDRESS, ADDRESS, ADDRESS));

  /** Those of the functions over float32 arrays: linking a call costs milliseconds, and a process that only quantises files makes none of these. */
  private static final class OverFloats {
    static final MethodHandle SUPPORTS_STOCHASTIC = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    static final MethodHandle AMAX = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, SIZE, SIZE, SIZE, ADDRESS));
    static final MethodHandle QUANTIZE =
        Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_FLOAT, ADDRESS, SIZE, SIZE, SIZE, ADDRESS, SIZE, ADDRESS, SIZE));
    static final MethodHandle QUANTIZE_BOTH =
        Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_FLOAT, ADDRESS, SIZE, SIZE, SIZE, ADDRESS, SIZE, ADDRESS, SIZE, ADDRESS, SIZE, ADDRESS, SIZE));
    static final MethodHandle QUANTIZE_STOCHASTIC =
        Downcalls.onHeap(
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, JAVA_FLOAT, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, SIZE, SIZE, SIZE, ADDRESS, SIZE, ADDRESS, SIZE));
    static final MethodHandle DEQUANTIZE =
        Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_FLOAT, ADDRESS, SIZE, ADDRESS, SIZE, ADDRESS, SIZE, SIZE, SIZE));
    static final MethodHandle HADAMARD = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, SIZE, SIZE, SIZE));
    static final MethodHandle RELAYOUT = Downcalls.of(FunctionDescriptor.of(JAVA_INT, JAVA_INT, SIZE, SIZE, ADDRESS, ADDRESS));
  }

  /** float32 elements: where they start, elements from row to row, shape. */
  public record Values(MemorySegment start, long stride, long rows, long columns) {}

  /** Codes and scales: where they start, bytes from row to row. */
  public record Bytes(MemorySegment codes, long codesStride, MemorySegment scales, long scalesStride) {}

  private Fp4jBlocksAbi() {}

  /** {@code fp4j_supports_profile}. */
  public static int supportsProfile(MemorySegment function, MemorySegment profile) {
    try {
      return (int) SUPPORTS_PROFILE.invokeExact(function, profile);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_supports_stochastic}. */
  public static int supportsStochastic(MemorySegment function, MemorySegment profile, MemorySegment rounding) {
    try {
      return (int) OverFloats.SUPPORTS_STOCHASTIC.invokeExact(function, profile, rounding);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_amax}. */
  public static int amax(MemorySegment function, MemorySegment profile, Values from, MemorySegment amax) {
    try {
      return (int) OverFloats.AMAX.invokeExact(function, profile, from.start, from.stride, from.rows, from.columns, amax);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_quantize}, {@code fp4j_quantize_transposed} and {@code fp4j_quantize_tiles}. */
  public static int quantize(MemorySegment function, MemorySegment profile, float tensorScale, Values from, Bytes to) {
    try {
      return (int) OverFloats.QUANTIZE.invokeExact(
          function, profile, tensorScale, from.start, from.stride, from.rows, from.columns, to.codes, to.codesStride, to.scales, to.scalesStride);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_quantize_both}. */
  public static int quantizeBoth(MemorySegment function, MemorySegment profile, float tensorScale, Values from, Bytes to, Bytes transposed) {
    try {
      return (int) OverFloats.QUANTIZE_BOTH.invokeExact(
          function, profile, tensorScale, from.start, from.stride, from.rows, from.columns, to.codes, to.codesStride, to.scales, to.scalesStride,
          transposed.codes, transposed.codesStride, transposed.scales, transposed.scalesStride);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_quantize_stochastic}. */
  public static int quantizeStochastic(
      MemorySegment function, MemorySegment profile, float tensorScale, MemorySegment rounding, long firstElement, long rowElements, Values from, Bytes to) {
    try {
      return (int) OverFloats.QUANTIZE_STOCHASTIC.invokeExact(
          function, profile, tensorScale, rounding, firstElement, rowElements, from.start, from.stride, from.rows, from.columns, to.codes, to.codesStride,
          to.scales, to.scalesStride);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_dequantize}. */
  public static int dequantize(MemorySegment function, MemorySegment profile, float tensorScale, Bytes from, Values to) {
    try {
      return (int) OverFloats.DEQUANTIZE.invokeExact(
          function, profile, tensorScale, from.codes, from.codesStride, from.scales, from.scalesStride, to.start, to.stride, to.rows, to.columns);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_amax_of_values}; the types are numbered as {@link io.github.fp4j.backend.SegmentFloats} has them. */
  public static int amaxOfValues(MemorySegment function, MemorySegment profile, int type, MemorySegment values, long count, MemorySegment amax) {
    try {
      return (int) AMAX_OF_VALUES.invokeExact(function, profile, type, values, count, amax);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_quantize_measured}. */
  public static int quantizeMeasured(
      MemorySegment function, MemorySegment profile, float tensorScale, int type, MemorySegment values, long rows, long columns, MemorySegment codes,
      MemorySegment scales, MemorySegment figures) {
    try {
      return (int) QUANTIZE_MEASURED.invokeExact(function, profile, tensorScale, type, values, rows, columns, codes, scales, figures);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** Reads a {@code fp4j_error_figures} of {@code count} elements. */
  public static ErrorFigures figures(MemorySegment source, long count) {
    return new ErrorFigures(
        count,
        source.get(JAVA_LONG, 0),
        source.get(JAVA_DOUBLE, 24),
        source.get(JAVA_DOUBLE, 32),
        source.get(JAVA_DOUBLE, 40),
        source.get(JAVA_DOUBLE, 48),
        source.get(JAVA_LONG, 8),
        source.get(JAVA_LONG, 16));
  }

  /** {@code fp4j_hadamard}. */
  public static int hadamard(MemorySegment function, int size, MemorySegment signs, MemorySegment rounding, Values rows) {
    try {
      return (int) OverFloats.HADAMARD.invokeExact(function, size, signs, rounding, rows.start, rows.stride, rows.rows, rows.columns);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_swizzle} and {@code fp4j_unswizzle}. */
  public static int relayout(MemorySegment function, int layout, long rows, long columns, MemorySegment from, MemorySegment to) {
    try {
      return (int) OverFloats.RELAYOUT.invokeExact(function, layout, rows, columns, from, to);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** Writes a {@code fp4j_profile} at the start of {@code target}. */
  public static void write(QuantizationProfile profile, MemorySegment target) {
    TensorScaleRule tensorScale = profile.tensorScale();
    BlockScaleRule scale = profile.blockScale();
    Fields fields = new Fields(target);
    fields.put(profile.format().blockSize());
    fields.put(profile.keepsNanInAmax() ? 1 : 0);
    fields.put(tensorScale.direction().ordinal());
    fields.put(tensorScale.fallback().ordinal());
    fields.put(tensorScale.scaleMax());
    fields.put(scale.formula().ordinal());
    fields.put(scale.precision());
    fields.put(scale.lowest());
    fields.put(scale.highest());
    Fp4jAbi.write(scale.conversion(), fields.next(Fp4jAbi.CONVERSION_BYTES));
    fields.put(scale.cast().ordinal());
    fields.put(scale.guard().ordinal());
    fields.put(scale.guardValue());
    fields.put(scale.search().ordinal());
    fields.put(profile.element().encode().ordinal());
    fields.put(profile.element().cast().ordinal());
    Fp4jAbi.write(profile.element().conversion(), fields.next(Fp4jAbi.CONVERSION_BYTES));
    fields.put(profile.dequantize().ordinal());
    fields.put(profile.nibbleOrder().ordinal());
    fields.put(profile.raggedRows().ordinal());
    fields.put(profile.rowMultiple());
  }

  /** Writes a {@code fp4j_stochastic} at the start of {@code target}. */
  public static void write(StochasticRounding rounding, MemorySegment target) {
    target.set(JAVA_INT, 0, rounding.arithmetic().ordinal());
    target.set(JAVA_INT, 4, rounding.byteOrder().ordinal());
    target.set(JAVA_LONG, 8, rounding.seed());
    target.set(JAVA_LONG, 16, rounding.offset());
  }

  /** Four-byte fields one after the other. */
  private static final class Fields {
    private final MemorySegment target;
    private long offset;

    Fields(MemorySegment target) {
      this.target = target;
    }

    void put(int value) {
      target.set(JAVA_INT, offset, value);
      offset += Integer.BYTES;
    }

    void put(float value) {
      target.set(JAVA_FLOAT, offset, value);
      offset += Float.BYTES;
    }

    void put(@Nullable FloatFormat format) {
      MemorySegment field = next(Fp4jAbi.FORMAT_BYTES);
      if (format == null) {
        field.fill((byte) 0);
      } else {
        Fp4jAbi.write(format, field, 0);
      }
    }

    MemorySegment next(long bytes) {
      MemorySegment field = target.asSlice(offset, bytes);
      offset += bytes;
      return field;
    }
  }
}
