package io.github.fp4j.simd;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReductionTree;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * {@link OptimizerKernels} of one vector width: whole vectors by the bodies, the rest by the scalar model. Bit-equal to it but for the payload of NaNs.
 *
 * <p>Blocks of codes run on vectors where their size is a power of two from 64 (at 512 bits; a turn of vectors) to {@link #CHUNK}; blocks with a NaN or an
 * infinity are done by the model.
 */
final class SimdOptimizers implements OptimizerKernels {
  private static final OptimizerKernels SCALAR = ReferenceBackend.INSTANCE.optimizers().orElseThrow();
  private static final int INFINITY = 0x7F800000;
  private static final int ONE = Float.floatToRawIntBits(1f);

  /** The shift at which every element of a chunk has the first block. */
  private static final int ONE_BLOCK = 31;

  private static final float[] UNIT = {1};
  private static final Map<Codebook, CodebookTable> TABLES = tables();

  private final AdamUpdate[] updates;
  private final GradientConditioner conditioner;
  private final GradientSums sums;
  private final CodebookEncoder codes;
  private final CodebookProducts products;
  private final Optional<CodedAdam> codedAdam;
  private final ThreadLocal<Workspace> workspaces = ThreadLocal.withInitial(Workspace::new);

  /** What one thread works with. */
  static final class Workspace {
    final double[] lanes = new double[ReductionTree.LANES];
    final AdamCoefficients clipping = new AdamCoefficients();
    final float[] divisors = new float[CHUNK];
    final float[] reciprocals = new float[CHUNK];

    /** A gradient after clipping, or quotients by scales. */
    final float[] floats = new float[CHUNK];

    final int[] numbers = new int[CHUNK];
    final int[] magnitudes = new int[CHUNK];
    final byte[] codes = new byte[CHUNK];

    /** Decoded moments. */
    final float[] first = new float[CHUNK];

    final float[] second = new float[CHUNK];
  }

  SimdOptimizers(int bits) {
    updates = AdamUpdate.Form.all().stream().map(form -> PerWidth.instance(AdamUpdate.class, AdamUpdateBody.class, bits, form)).toArray(AdamUpdate[]::new);
    conditioner = PerWidth.instance(GradientConditioner.class, GradientConditionerBody.class, bits);
    sums = PerWidth.instance(GradientSums.class, GradientSumsBody.class, bits);
    codes = PerWidth.instance(CodebookEncoder.class, CodebookEncoderBody.class, bits);
    products = PerWidth.instance(CodebookProducts.class, CodebookProductsBody.class, bits);
    codedAdam = bits == SimdCodedAdam.BITS ? Optional.of(new SimdCodedAdam(this)) : Optional.empty();
  }

  private static Map<Codebook, CodebookTable> tables() {
    Map<Codebook, CodebookTable> tables = new HashMap<>();
    Codebook.all().forEach(codebook -> tables.put(codebook, new CodebookTable(codebook)));
    return Map.copyOf(tables);
  }

  @Override
  public void scan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset) {
    ArrayRanges.checkScan(gradient, offset, length, magnitudes, squares, chunksOffset);
    double[] lanes = workspaces.get().lanes;
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      int chunk = chunksOffset + from / CHUNK;
      magnitudes[chunk] = largest(lanes, gradient, offset + from, count);
      squares[chunk] = ReductionTree.fold(lanes);
    }
  }

  /** The largest magnitude's bits; fills the lanes with their sums of squares. */
  private int largest(double[] lanes, float[] values, int offset, int length) {
    int end = length - length % ReductionTree.LANES;
    int largest = sums.squares(values, offset, end, lanes);
    for (int i = end; i < length; i++) {
      float value = values[offset + i];
      lanes[i - end] += (double) value * value;
      largest = Math.max(largest, Float.floatToRawIntBits(value) & 0x7FFFFFFF);
    }
    return largest;
  }

  @Override
  public double squaresClipped(float[] gradient, int offset, int length, float threshold, float ratio) {
    ArrayRanges.checkChunk(gradient, offset, length);
    Workspace workspace = workspaces.get();
    workspace.clipping.threshold = threshold;
    workspace.clipping.ratio = ratio;
    condition(workspace.clipping, gradient, offset, workspace.floats, 0, length);
    largest(workspace.lanes, workspace.floats, 0, length);
    return ReductionTree.fold(workspace.lanes);
  }

  @Override
  public int countAbove(float[] gradient, int offset, int length, float threshold) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    int end = length - length % sums.turn();
    return sums.countAbove(gradient, offset, end, threshold) + SCALAR.countAbove(gradient, offset + end, length - end, threshold);
  }

  @Override
  public void condition(AdamCoefficients coefficients, float[] gradient, int offset, float[] target, int targetOffset, int length) {
    ArrayRanges.check(gradient, offset, target, targetOffset, length);
    int done = conditioner.condition(coefficients, gradient, offset, target, targetOffset, length);
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
    ArrayRanges.checkAdam(parameters, parametersOffset, gradient, gradientOffset, first, firstOffset, second, secondOffset, length);
    int head = length < CHUNK ? 0 : toLine(firstOffset);
    SCALAR.adam(coefficients, parameters, parametersOffset, gradient, gradientOffset, first, firstOffset, second, secondOffset, head);
    int p = parametersOffset + head;
    int g = gradientOffset + head;
    int m = firstOffset + head;
    int v = secondOffset + head;
    int rest = length - head;
    AdamUpdate update = updates[AdamUpdate.Form.number(coefficients)];
    int done = update.adam(coefficients, parameters, p, gradient, g, first, m, second, v, rest);
    SCALAR.adam(coefficients, parameters, p + done, gradient, g + done, first, m + done, second, v + done, rest - done);
  }

  /**
   * How many elements lie before the next cache line, if the array is an object at the start of one, as G1 places large arrays: elements begin behind a header of
   * 16 bytes. Stores that cross lines cost a third of the speed in memory; where the guess is wrong, nothing is lost.
   */
  private static int toLine(int offset) {
    return -(offset + 4) & 15;
  }

  @Override
  public void encode(
      BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    format.check(values, offset, length, packed, packedOffset, scales, scalesOffset);
    int size = format.blockSize();
    int end = isOnVectors(size) ? length - length % size : 0;
    Workspace workspace = workspaces.get();
    for (int from = 0; from < end; from += CHUNK) {
      int count = Math.min(CHUNK, end - from);
      int scalesFrom = scalesOffset + from / size;
      int largest = codes.scales(values, offset + from, count, size, scales, scalesFrom, workspace.divisors);
      encodeBlocks(workspace, format, values, offset + from, count, packed, packedOffset + format.codebook().bytes(from), scales, scalesFrom, largest);
    }
    format.encode(values, offset + end, length - end, packed, packedOffset + format.codebook().bytes(end), scales, scalesOffset + end / size);
  }

  /** What the calling thread works with. */
  Workspace workspace() {
    return workspaces.get();
  }

  /** Codes of at most a chunk of whole blocks, {@link #isOnVectors}, whose scales are there. */
  void encodeBlocks(
      Workspace workspace, BlockwiseCodebook format, float[] values, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    int largest = 0;
    for (int i = 0; i < length / format.blockSize(); i++) {
      float scale = scales[scalesOffset + i];
      workspace.divisors[i] = scale == 0 ? 1 : scale;
      largest = Math.max(largest, Float.floatToRawIntBits(scale));
    }
    encodeBlocks(workspace, format, values, 0, length, packed, packedOffset, scales, scalesOffset, largest);
  }

  /** Codes of whole blocks whose divisors are in the workspace. */
  private void encodeBlocks(
      Workspace workspace,
      BlockwiseCodebook format,
      float[] values,
      int offset,
      int length,
      byte[] packed,
      int packedOffset,
      float[] scales,
      int scalesOffset,
      int largest) {
    if (!encodeByProducts(workspace, format, values, offset, length, packed, packedOffset)) {
      encode(workspace, format.codebook(), values, offset, length, workspace.divisors, Integer.numberOfTrailingZeros(format.blockSize()), packed, packedOffset);
    }
    if (largest >= INFINITY) {
      encodeBlocksThatAreNotFinite(format, values, offset, length, packed, packedOffset, scales, scalesOffset);
    }
  }

  /** Codes of whole blocks, or false if they have to be found by division. */
  private boolean encodeByProducts(Workspace workspace, BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset) {
    boolean isLinear = format.codebook() == Codebook.LINEAR_4;
    if (!isLinear && format.codebook() != Codebook.SIGNED_DYNAMIC_4 || !areInvertible(workspace, length / format.blockSize())) {
      return false;
    }
    int blockShift = Integer.numberOfTrailingZeros(format.blockSize());
    return isLinear
        ? products.linear(values, offset, length, workspace.reciprocals, blockShift, packed, packedOffset)
        : products.folded(values, offset, length, workspace.reciprocals, blockShift, packed, packedOffset);
  }

  /** Fills in the reciprocals of the divisors; whether all are far enough from overflow and underflow for {@link CodebookProducts}. */
  private static boolean areInvertible(Workspace workspace, int blocks) {
    boolean areInRange = true;
    for (int i = 0; i < blocks; i++) {
      float divisor = workspace.divisors[i];
      workspace.reciprocals[i] = 1 / divisor;
      areInRange &= divisor >= 0x1p-100f & divisor <= 0x1p100f;
    }
    return areInRange;
  }

  /** Whether blocks of codes of this size are found on vectors. */
  boolean isOnVectors(int blockSize) {
    return Integer.bitCount(blockSize) == 1 && blockSize >= codes.turn() && blockSize <= CHUNK;
  }

  private static void encodeBlocksThatAreNotFinite(
      BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    int size = format.blockSize();
    for (int i = 0; i < length; i += size) {
      if (!Float.isFinite(scales[scalesOffset + i / size])) {
        format.encode(values, offset + i, size, packed, packedOffset + format.codebook().bytes(i), scales, scalesOffset + i / size);
      }
    }
  }

  /** Codes of quotients that are numbers of at most 1 in magnitude; a chunk of whole turns. */
  private void encode(
      Workspace workspace, Codebook codebook, float[] values, int offset, int length, float[] divisors, int blockShift, byte[] packed, int packedOffset) {
    if (codebook == Codebook.LINEAR_4) {
      codes.linear(values, offset, length, divisors, blockShift, packed, packedOffset);
    } else if (codebook == Codebook.SIGNED_DYNAMIC_4) {
      codes.folded(values, offset, length, divisors, blockShift, packed, packedOffset);
    } else {
      boolean isPacked = codebook.bits() == 4;
      byte[] target = isPacked ? workspace.codes : packed;
      codes.looked(
          table(codebook), values, offset, length, divisors, blockShift, workspace.numbers, workspace.magnitudes, target, isPacked ? 0 : packedOffset);
      for (int i = 0; isPacked && i < length; i += 2) {
        packed[packedOffset + i / 2] = (byte) (target[i] | target[i + 1] << 4);
      }
    }
  }

  static CodebookTable table(Codebook codebook) {
    return Objects.requireNonNull(TABLES.get(codebook));
  }

  @Override
  public void decode(
      BlockwiseCodebook format, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    format.check(values, offset, length, packed, packedOffset, scales, scalesOffset);
    int size = format.blockSize();
    CodebookTable table = table(format.codebook());
    if (format.codebook().bits() == 8) {
      for (int from = 0; from < length; from += size) {
        float scale = scales[scalesOffset + from / size];
        look(table.values, packed, packedOffset + from, scale, values, offset + from, Math.min(size, length - from));
      }
      return;
    }
    int end = isOnVectors(size) ? length - length % size : 0;
    if (end > 0) {
      codes.decode(table.bits, packed, packedOffset, scales, scalesOffset, Integer.numberOfTrailingZeros(size), values, offset, end);
    }
    format.decode(packed, packedOffset + end / 2, scales, scalesOffset + end / size, values, offset + end, length - end);
  }

  private static void look(float[] table, byte[] codes, int codesOffset, float scale, float[] values, int offset, int length) {
    for (int i = 0; i < length; i++) {
      values[offset + i] = table[codes[codesOffset + i] & 0xFF] * scale;
    }
  }

  @Override
  public void encode(Codebook codebook, float[] values, int offset, int length, float[] scales, int scalesOffset, byte[] packed, int packedOffset) {
    ArrayRanges.check(codebook, values, offset, scales, scalesOffset, packed, packedOffset, length);
    int end = length - length % codes.turn();
    Workspace workspace = workspaces.get();
    for (int from = 0; from < end; from += CHUNK) {
      int count = Math.min(CHUNK, end - from);
      int packedFrom = packedOffset + codebook.bytes(from);
      if (codes.quotients(values, offset + from, count, scales, scalesOffset + from, workspace.floats) <= ONE) {
        encode(workspace, codebook, workspace.floats, 0, count, UNIT, ONE_BLOCK, packed, packedFrom);
      } else {
        SCALAR.encode(codebook, values, offset + from, count, scales, scalesOffset + from, packed, packedFrom);
      }
    }
    SCALAR.encode(codebook, values, offset + end, length - end, scales, scalesOffset + end, packed, packedOffset + codebook.bytes(end));
  }

  @Override
  public void decode(Codebook codebook, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    ArrayRanges.check(codebook, values, offset, scales, scalesOffset, packed, packedOffset, length);
    int end = 0;
    if (codebook.bits() == 4) {
      end = length - length % codes.turn();
      if (end > 0) {
        codes.decode(table(codebook).bits, packed, packedOffset, UNIT, 0, ONE_BLOCK, values, offset, end);
        codes.multiply(values, offset, end, scales, scalesOffset);
      }
    }
    SCALAR.decode(codebook, packed, packedOffset + codebook.bytes(end), scales, scalesOffset + end, values, offset + end, length - end);
  }

  @Override
  public float raiseMaxima(float[] values, int offset, int length, float[] maxima, int maximaOffset) {
    ArrayRanges.check(values, offset, maxima, maximaOffset, length);
    int end = length - length % sums.turn();
    float largest = Float.intBitsToFloat(sums.raise(values, offset, end, maxima, maximaOffset));
    return Math.max(largest, SCALAR.raiseMaxima(values, offset + end, length - end, maxima, maximaOffset + end));
  }

  @Override
  public void limitScales(float bound, float[] maxima, int maximaOffset, float[] scales, int scalesOffset, int length) {
    ArrayRanges.check(maxima, maximaOffset, scales, scalesOffset, length);
    int end = length - length % sums.turn();
    sums.limit(bound, maxima, maximaOffset, scales, scalesOffset, end);
    SCALAR.limitScales(bound, maxima, maximaOffset + end, scales, scalesOffset + end, length - end);
  }

  @Override
  public Optional<CodedAdam> codedAdam() {
    return codedAdam;
  }
}
