package io.github.fp4j.formats.block;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import org.jspecify.annotations.Nullable;

/**
 * The model of every block quantiser: one path through the data of a {@link QuantizationProfile}, no stack known by name. Slow on purpose; what is fast is compared
 * with it. Float32 arithmetic in Java is strict, and nothing is fused.
 */
public final class ReferenceQuantizer {
  private static final int E2M1_MAX_CODE = 7;

  private ReferenceQuantizer() {}

  /** The largest magnitude of {@code from}, 0 if there is none; a NaN is passed over or becomes the result, {@link Float#NaN}, as the profile says. */
  public static float amax(QuantizationProfile profile, FloatRows from) {
    float amax = 0;
    for (int row = 0; row < from.rows(); row++) {
      for (int column = 0; column < from.columns(); column++) {
        amax = amax(profile, amax, from.values()[from.index(row, column)]);
      }
    }
    return amax;
  }

  private static float amax(QuantizationProfile profile, float amax, float value) {
    float magnitude = Math.abs(value);
    if (Float.isNaN(magnitude) || Float.isNaN(amax)) {
      return profile.keepsNanInAmax() ? Float.NaN : amax;
    }
    return Math.max(amax, magnitude);
  }

  /** The code of the scale of a block whose largest magnitude is {@code amax}, before any {@link ScaleSearch}. */
  public static int scaleCode(QuantizationProfile profile, float amax, float tensorScale) {
    return BlockScales.code(profile, amax, tensorScale, 1);
  }

  /** The code of one element of a block whose scale has code {@code scaleCode}. */
  public static int elementCode(QuantizationProfile profile, float value, int scaleCode, float tensorScale) {
    FloatFormat format = profile.format().element();
    Conversion conversion = profile.element().conversion();
    return switch (profile.element().cast()) {
      case CONVERT -> ReferenceCodec.encode(conversion, scaled(profile, value, scaleCode, tensorScale));
      case CONVERT_MAGNITUDE -> {
        float magnitude = Math.abs(scaled(profile, value, scaleCode, tensorScale));
        yield ReferenceCodec.encode(conversion, magnitude) | (value < 0 && !Float.isNaN(magnitude) ? format.signMask() : 0);
      }
      case FLOOR_OF_SUM -> floorOfSum(conversion, scaled(profile, value, scaleCode, tensorScale));
      case NEAREST_PRODUCT -> {
        float half = ggmlHalf(profile, scaleCode);
        int best = 0;
        float least = Math.abs(0 * half - value);
        for (int code = 1; code < format.codeCount(); code++) {
          float error = Math.abs(2 * ReferenceCodec.decode(format, code) * half - value);
          if (error < least) {
            best = code;
            least = error;
          }
        }
        yield best;
      }
    };
  }

  private static int floorOfSum(Conversion conversion, float scaled) {
    FloatFormat format = conversion.format();
    float magnitude = Math.abs(scaled);
    if (!(magnitude < Float.POSITIVE_INFINITY) || magnitude == 0) {
      return ReferenceCodec.encode(conversion, scaled);
    }
    int exponent = Math.max(BlockScales.floorLog2(magnitude), format.minExponent());
    float ulp = Math.scalb(1f, exponent - format.mantissaBits());
    float rounded = (float) Math.floor(magnitude / ulp + 0.5f) * ulp;
    return ReferenceCodec.encode(conversion, rounded == 0 ? scaled : Math.copySign(rounded, scaled));
  }

  /** What an element is before it is rounded: {@link EncodeFormula}. */
  static float scaled(QuantizationProfile profile, float x, int scaleCode, float tensorScale) {
    float s = ReferenceCodec.decode(profile.format().scale(), scaleCode);
    float scaled =
        switch (profile.element().encode()) {
          case RECIPROCAL_OF_PRODUCT -> x * cMin(1 / (s * (1 / encodeScale(profile, tensorScale))), Float.MAX_VALUE);
          case QUOTIENT -> x * (encodeScale(profile, tensorScale) / s);
          case BF16_COEFFICIENT -> x * bf16(cMin(encodeScale(profile, tensorScale) / s, FloatFormat.BF16.maxFinite()));
          case RECIPROCAL_OF_DECODE -> x * (1 / tensorScale / s);
          case DIVIDE_BY_PRODUCT -> x / (s * tensorScale);
          case DIVIDE_BY_QUOTIENT -> x / (s / tensorScale);
          case PRESCALED_RECIPROCAL -> x * tensorScale * (1 / s);
          case PRESCALED_DIVIDE -> x / tensorScale / s;
          case PRESCALED_MULTIPLY -> x / tensorScale * s;
          case DIVIDE -> x / s;
        };
    if (!Float.isNaN(scaled)) {
      return scaled;
    }
    return Float.isNaN(x) ? Float.intBitsToFloat(Float.floatToRawIntBits(x) | 0x400000) : Float.NaN;
  }

  private static float encodeScale(QuantizationProfile profile, float tensorScale) {
    return profile.tensorScale().encodeScale(tensorScale, profile.format().element().maxFinite());
  }

  /** C's fminf: of a number and a NaN it takes the number. */
  private static float cMin(float a, float limit) {
    return a <= limit ? a : limit;
  }

  private static float bf16(float value) {
    return ReferenceCodec.decode(FloatFormat.BF16, ReferenceCodec.encode(Conversion.cuda(FloatFormat.BF16), value));
  }

  /** Half of a scale as ggml reads its code: E8M0 0xFF is 2^128, E4M3 0x7F is 0 and 0xFF is 480. */
  private static float ggmlHalf(QuantizationProfile profile, int scaleCode) {
    FloatFormat format = profile.format().scale();
    if (!format.isNan(scaleCode)) {
      return (float) (ReferenceCodec.decodeDouble(format, scaleCode) / 2);
    }
    if (scaleCode == format.nanCode() && format.hasZero()) {
      return 0;
    }
    int last = format.maxFiniteCode();
    double beyond = format.hasZero() ? 2 * ReferenceCodec.decodeDouble(format, last) - ReferenceCodec.decodeDouble(format, last - 1) : 0x1p128;
    return (float) (beyond / 2);
  }

  /** The value of an element with code {@code elementCode} in a block whose scale has code {@code scaleCode}: {@link DequantizeFormula}. */
  public static float value(QuantizationProfile profile, int elementCode, int scaleCode, float tensorScale) {
    float q = ReferenceCodec.decode(profile.format().element(), elementCode);
    float s = ReferenceCodec.decode(profile.format().scale(), scaleCode);
    float factor = 1 / (profile.tensorScale().scaleMax() * profile.format().element().maxFinite());
    return switch (profile.dequantize()) {
      case AMAX_TIMES_FACTOR -> s * tensorScale * factor * q;
      case PRODUCT -> s * tensorScale * q;
      case QUOTIENT -> s / tensorScale * q;
      case TENSOR_SCALE_LAST -> q * s * tensorScale;
      case DIVIDE_BY_ENCODE_SCALE -> q / s * tensorScale;
      case SCALE_ONLY -> q * s;
      case DOUBLED_TIMES_HALF -> (q == 0 ? 0 : 2 * q) * ggmlHalf(profile, scaleCode);
    };
  }

  /**
   * Quantises {@code from}, or its transpose, into {@code to}.
   *
   * @throws IllegalArgumentException if the profile is hardware-only or refuses the shape
   */
  public static void quantize(QuantizationProfile profile, Blocking blocking, float tensorScale, FloatRows from, BlockRows to) {
    run(profile, blocking, tensorScale, null, 0, 0, from, to);
  }

  /** The same along rows with stochastic rounding of elements; element (r, c) is number {@code firstElement + r * rowElements + c}. */
  public static void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    run(profile, Blocking.ROWS, tensorScale, rounding, firstElement, rowElements, from, to);
  }

  private static void run(
      QuantizationProfile profile, Blocking blocking, float tensorScale, @Nullable StochasticRounding rounding, long firstElement, long rowElements,
      FloatRows from, BlockRows to) {
    profile.requireCpuExact();
    boolean transposed = blocking == Blocking.TRANSPOSED;
    int rows = transposed ? from.columns() : from.rows();
    int columns = transposed ? from.rows() : from.columns();
    int stored = profile.storedColumns(transposed ? "rows" : "columns", columns);
    int size = profile.format().blockSize();
    int height = blocking == Blocking.TILES ? size : 1;
    if (rows % height != 0 && profile.raggedRows() == RaggedRows.REFUSE) {
      throw new IllegalArgumentException("rows = " + rows + " is not a multiple of " + size + ": " + profile + " does not pad tiles");
    }
    to.check(profile.format(), rows, stored);
    for (int row = 0; row < rows; row += height) {
      for (int column = 0; column < stored; column += size) {
        float[][] block = new float[Math.min(height, rows - row)][size];
        for (int r = 0; r < block.length; r++) {
          for (int c = 0; c < size && column + c < columns; c++) {
            block[r][c] = from.values()[transposed ? from.index(column + c, row + r) : from.index(row + r, column + c)];
          }
        }
        long number = firstElement + row * rowElements + column;
        store(profile, quantizeBlock(profile, block, tensorScale, rounding, number), row, column, to);
      }
    }
  }

  private static void store(QuantizationProfile profile, QuantizedBlock block, int row, int column, BlockRows to) {
    int size = profile.format().blockSize();
    for (int r = 0; r < block.codes.length; r++) {
      to.scales()[to.scalesOffset() + (row + r) * to.scalesStride() + column / size] = (byte) block.scaleCode;
      for (int c = 0; c < size; c++) {
        putCode(profile, to, row + r, column + c, block.codes[r][c]);
      }
    }
  }

  private record QuantizedBlock(int scaleCode, int[][] codes) {}

  private static QuantizedBlock quantizeBlock(
      QuantizationProfile profile, float[][] block, float tensorScale, @Nullable StochasticRounding rounding, long firstElement) {
    float amax = 0;
    for (float[] row : block) {
      for (float value : row) {
        amax = amax(profile, amax, value);
      }
    }
    QuantizedBlock plain = underScale(profile, block, BlockScales.code(profile, amax, tensorScale, 1), tensorScale, rounding, firstElement);
    if (profile.blockScale().search() == ScaleSearch.NONE) {
      return plain;
    }
    QuantizedBlock widened = underScale(profile, block, BlockScales.code(profile, amax, tensorScale, 1.5f), tensorScale, rounding, firstElement);
    return error(profile, block, widened, tensorScale) < error(profile, block, plain, tensorScale) ? widened : plain;
  }

  private static QuantizedBlock underScale(
      QuantizationProfile profile, float[][] block, int scaleCode, float tensorScale, @Nullable StochasticRounding rounding, long firstElement) {
    int[][] codes = new int[block.length][block[0].length];
    int[] random = new int[block[0].length];
    if (rounding != null) {
      rounding.fill(firstElement, random, 0, random.length, new int[4]);
    }
    for (int r = 0; r < block.length; r++) {
      for (int c = 0; c < random.length; c++) {
        codes[r][c] =
            rounding == null
                ? elementCode(profile, block[r][c], scaleCode, tensorScale)
                : stochasticCode(profile, scaled(profile, block[r][c], scaleCode, tensorScale), rounding, random[c]);
      }
    }
    return new QuantizedBlock(scaleCode, codes);
  }

  static int stochasticCode(QuantizationProfile profile, float scaled, StochasticRounding rounding, int random) {
    Conversion conversion = profile.element().conversion();
    if (rounding.arithmetic() != StochasticRounding.Arithmetic.FMA_8) {
      return ReferenceCodec.encode(conversion.withStochastic(rounding.arithmetic().bits()), scaled, random);
    }
    float magnitude = Math.abs(scaled);
    if (Float.isNaN(magnitude)) {
      return E2M1_MAX_CODE;
    }
    float step = magnitude < 2 ? 0.5f : magnitude < 4 ? 1 : 2;
    float pushed = magnitude < 6 ? Math.fma(random / 256f, step, magnitude) : 6;
    float rounded = (float) Math.floor(pushed / step) * step;
    return ReferenceCodec.encode(Conversion.cuda(FloatFormat.E2M1), Math.copySign(rounded, scaled));
  }

  /** The error sum of {@link ScaleSearch}: in element order along a row, over rows as a tree. */
  private static float error(QuantizationProfile profile, float[][] block, QuantizedBlock result, float tensorScale) {
    float[] sums = new float[profile.format().blockSize()];
    float s = ReferenceCodec.decode(profile.format().scale(), result.scaleCode);
    float divisor = profile.format().element().maxFinite() * profile.tensorScale().scaleMax();
    for (int r = 0; r < block.length; r++) {
      for (int c = 0; c < block[r].length; c++) {
        float q = ReferenceCodec.decode(profile.format().element(), result.codes[r][c]);
        float difference = q * s * tensorScale / divisor - block[r][c];
        sums[r] += profile.blockScale().search() == ScaleSearch.FOUR_OVER_SIX_SQUARED ? difference * difference : Math.abs(difference);
      }
    }
    for (int distance = sums.length / 2; distance > 0 && block.length > 1; distance /= 2) {
      for (int r = 0; r < distance; r++) {
        sums[r] += sums[r + distance];
      }
    }
    return sums[0];
  }

  /** Restores every element of {@code to}. */
  public static void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    from.check(profile.format(), to.rows(), profile.storedColumns("columns", to.columns()));
    for (int row = 0; row < to.rows(); row++) {
      for (int column = 0; column < to.columns(); column++) {
        int scale = from.scales()[from.scalesOffset() + row * from.scalesStride() + column / profile.format().blockSize()] & 0xFF;
        to.values()[to.index(row, column)] = value(profile, code(profile, from, row, column), scale, tensorScale);
      }
    }
  }

  static int code(QuantizationProfile profile, BlockRows rows, int row, int column) {
    int at = codeIndex(profile, rows, row, column);
    return rows.codes()[at] >>> shift(profile, column) & profile.format().element().codeCount() - 1;
  }

  static void putCode(QuantizationProfile profile, BlockRows rows, int row, int column, int code) {
    int at = codeIndex(profile, rows, row, column);
    int shift = shift(profile, column);
    int others = profile.format().codesPerByte() == 2 ? rows.codes()[at] & 0xF0 >>> shift : 0;
    rows.codes()[at] = (byte) (others | code << shift);
  }

  private static int codeIndex(QuantizationProfile profile, BlockRows rows, int row, int column) {
    int size = profile.format().blockSize();
    int start = rows.codesOffset() + row * rows.codesStride();
    if (profile.format().codesPerByte() == 1) {
      return start + column;
    }
    return start + column / size * (size / 2) + profile.nibbleOrder().byteOf(column % size, size);
  }

  private static int shift(QuantizationProfile profile, int column) {
    int size = profile.format().blockSize();
    return profile.format().codesPerByte() == 1 ? 0 : profile.nibbleOrder().shiftOf(column % size, size);
  }
}
