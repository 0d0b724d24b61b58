package io.github.fp4j.simd.optim;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.S2B;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2S;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Whole blocks of 4-bit codes. A code is found in four comparisons: with the middle midpoint, with one of two, then with one of four and one of eight that a
 * permutation of a small table brings to each lane. Codes and packed bytes are exchanged through an array.
 */
final class VectorCodes {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final boolean IS_512 = FLOATS.length() == 16;

  /** A byte to every int lane. */
  private static final VectorSpecies<Byte> QUARTER = IS_512 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  /** A byte to every short lane. */
  private static final VectorSpecies<Byte> HALF = IS_512 ? ByteVector.SPECIES_256 : ByteVector.SPECIES_128;

  private static final ThreadLocal<byte[]> CODES = ThreadLocal.withInitial(() -> new byte[OptimizerKernels.CHUNK]);

  /** The midpoints and values of a codebook as int bits, padded to sixteen. */
  private record Tables(int[] quarters, int[] eighths, int[] values, float middle, float lower, float upper) {
    static Tables of(Codebook codebook) {
      int[] quarters = new int[16];
      int[] eighths = new int[16];
      int[] values = new int[16];
      for (int i = 0; i < 16; i++) {
        quarters[i] = Float.floatToRawIntBits(codebook.midpoint(1 + 4 * (i % 4)));
        eighths[i] = Float.floatToRawIntBits(codebook.midpoint(2 * (i % 8)));
        values[i] = Float.floatToRawIntBits(codebook.value(i));
      }
      return new Tables(quarters, eighths, values, codebook.midpoint(7), codebook.midpoint(3), codebook.midpoint(11));
    }
  }

  private static final Map<Codebook, Tables> TABLES = tables();

  private VectorCodes() {}

  private static Map<Codebook, Tables> tables() {
    Map<Codebook, Tables> tables = new HashMap<>();
    for (Codebook codebook : Codebook.all()) {
      if (codebook.bits() == 4) {
        tables.put(codebook, Tables.of(codebook));
      }
    }
    return tables;
  }

  /** Whether whole blocks can be done here: 4-bit codes, blocks of a multiple of 128 elements that divides a chunk. */
  static boolean supports(BlockwiseCodebook format) {
    return TABLES.containsKey(format.codebook()) && format.blockSize() % 128 == 0 && OptimizerKernels.CHUNK % format.blockSize() == 0;
  }

  /** Encodes all whole blocks and returns their elements. */
  static int encode(BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    Tables tables = TABLES.get(format.codebook());
    byte zero = (byte) format.codebook().zeroCode();
    int size = format.blockSize();
    int end = length - length % size;
    byte[] codes = CODES.get();
    for (int from = 0; from < end; from += OptimizerKernels.CHUNK) {
      int count = Math.min(OptimizerKernels.CHUNK, end - from);
      for (int at = 0; at < count; at += size) {
        float scale = Float.intBitsToFloat(largest(values, offset + from + at, size));
        scales[scalesOffset + (from + at) / size] = scale;
        if (scale == 0) {
          Arrays.fill(codes, at, at + size, zero);
        } else {
          find(tables, values, offset + from + at, size, scale, codes, at);
        }
      }
      pack(codes, count, packed, packedOffset + from / 2);
    }
    return end;
  }

  private static int largest(float[] values, int offset, int size) {
    IntVector most = IntVector.zero(INTS);
    for (int i = 0; i < size; i += FLOATS.length()) {
      most = most.max(FloatVector.fromArray(FLOATS, values, offset + i).reinterpretAsInts().and(0x7FFFFFFF));
    }
    return most.reduceLanes(MAX);
  }

  private static void find(Tables tables, float[] values, int offset, int size, float scale, byte[] codes, int at) {
    IntVector quarters = IntVector.fromArray(INTS, tables.quarters, 0);
    IntVector eighths = IntVector.fromArray(INTS, tables.eighths, 0);
    FloatVector lower = FloatVector.broadcast(FLOATS, tables.lower);
    float upper = tables.upper;
    float middle = tables.middle;
    for (int i = 0; i < size; i += FLOATS.length()) {
      FloatVector q = FloatVector.fromArray(FLOATS, values, offset + i).div(scale);
      VectorMask<Float> isUpper = q.compare(GT, middle);
      IntVector code = IntVector.zero(INTS).blend(8, isUpper.cast(INTS));
      code = code.add(4, q.compare(GT, lower.blend(upper, isUpper)).cast(INTS));
      code = code.add(2, q.compare(GT, code.lanewise(LSHR, 2).selectFrom(quarters).reinterpretAsFloats()).cast(INTS));
      code = code.add(1, q.compare(GT, code.lanewise(LSHR, 1).selectFrom(eighths).reinterpretAsFloats()).cast(INTS));
      ((ByteVector) code.convertShape(I2B, QUARTER, 0)).intoArray(codes, at + i);
    }
  }

  private static void pack(byte[] codes, int count, byte[] packed, int offset) {
    for (int i = 0; i < count; i += 2 * SHORTS.length()) {
      ShortVector pairs = ByteVector.fromArray(ByteVector.SPECIES_PREFERRED, codes, i).reinterpretAsShorts();
      ShortVector joined = pairs.or(pairs.lanewise(LSHR, 4)).and((short) 0xFF);
      ((ByteVector) joined.convertShape(S2B, HALF, 0)).intoArray(packed, offset + i / 2);
    }
  }

  /** Decodes all whole blocks and returns their elements. */
  static int decode(BlockwiseCodebook format, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    Tables tables = TABLES.get(format.codebook());
    int size = format.blockSize();
    int end = length - length % size;
    byte[] codes = CODES.get();
    for (int from = 0; from < end; from += OptimizerKernels.CHUNK) {
      int count = Math.min(OptimizerKernels.CHUNK, end - from);
      unpack(packed, packedOffset + from / 2, codes, count);
      for (int at = 0; at < count; at += size) {
        float scale = scales[scalesOffset + (from + at) / size];
        if (IS_512) {
          look512(tables, codes, at, size, scale, values, offset + from + at);
        } else {
          look256(tables, codes, at, size, scale, values, offset + from + at);
        }
      }
    }
    return end;
  }

  private static void unpack(byte[] packed, int offset, byte[] codes, int count) {
    for (int i = 0; i < count; i += 2 * SHORTS.length()) {
      ShortVector bytes = (ShortVector) ByteVector.fromArray(HALF, packed, offset + i / 2).convertShape(ZERO_EXTEND_B2S, SHORTS, 0);
      bytes.or(bytes.lanewise(LSHL, 4)).and((short) 0x0F0F).reinterpretAsBytes().intoArray(codes, i);
    }
  }

  private static void look512(Tables tables, byte[] codes, int at, int size, float scale, float[] values, int offset) {
    IntVector table = IntVector.fromArray(INTS, tables.values, 0);
    for (int i = 0; i < size; i += INTS.length()) {
      IntVector code = (IntVector) ByteVector.fromArray(QUARTER, codes, at + i).convertShape(ZERO_EXTEND_B2I, INTS, 0);
      code.selectFrom(table).reinterpretAsFloats().mul(scale).intoArray(values, offset + i);
    }
  }

  private static void look256(Tables tables, byte[] codes, int at, int size, float scale, float[] values, int offset) {
    IntVector low = IntVector.fromArray(INTS, tables.values, 0);
    IntVector high = IntVector.fromArray(INTS, tables.values, 8);
    for (int i = 0; i < size; i += INTS.length()) {
      IntVector code = (IntVector) ByteVector.fromArray(QUARTER, codes, at + i).convertShape(ZERO_EXTEND_B2I, INTS, 0);
      IntVector index = code.and(7);
      IntVector value = index.selectFrom(low).blend(index.selectFrom(high), code.compare(GT, 7));
      value.reinterpretAsFloats().mul(scale).intoArray(values, offset + i);
    }
  }
}
