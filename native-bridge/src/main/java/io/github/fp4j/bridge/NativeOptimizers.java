package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.bridge.Fp4jLibrary.Function;
import io.github.fp4j.bridge.internal.sys.Fp4jOptimAbi;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * {@link OptimizerKernels} of a library with the functions of {@code fp4j_optim.h}, which read and write the Java arrays themselves, a few microseconds of work at a
 * time. Arguments are checked before the library sees them. A call makes a few small objects.
 */
final class NativeOptimizers implements OptimizerKernels {
  private static final List<String> SYMBOLS =
      List.of(
          "scan", "squares_clipped", "count_above", "condition", "adam", "encode_blocks", "decode_blocks", "encode", "decode", "raise_maxima", "limit_scales");

  /** What one thread passes to native code. */
  private static final class Scratch {
    final MemorySegment adam;
    final MemorySegment result;

    Scratch() {
      Arena arena = Arena.ofAuto(); // freed after its thread
      adam = arena.allocate(Fp4jOptimAbi.ADAM_BYTES, 8);
      result = arena.allocate(8, 8);
    }
  }

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);
  private static final Map<Codebook, MemorySegment> CODEBOOKS = codebooks();

  private final Fp4jLibrary library;
  private final Function scan;
  private final Function squaresClipped;
  private final Function countAbove;
  private final Function condition;
  private final Function adam;
  private final Function encodeBlocks;
  private final Function decodeBlocks;
  private final Function encode;
  private final Function decode;
  private final Function raiseMaxima;
  private final Function limitScales;
  private final Optional<CodedAdam> codedAdam;

  private NativeOptimizers(Fp4jLibrary library, List<Function> functions) {
    this.library = library;
    scan = functions.get(0);
    squaresClipped = functions.get(1);
    countAbove = functions.get(2);
    condition = functions.get(3);
    adam = functions.get(4);
    encodeBlocks = functions.get(5);
    decodeBlocks = functions.get(6);
    encode = functions.get(7);
    decode = functions.get(8);
    raiseMaxima = functions.get(9);
    limitScales = functions.get(10);
    codedAdam = library.optional("fp4j_optim_adam_blocks").map(function -> new NativeCodedAdam(library, function));
  }

  /** Empty for a library that lacks one of the functions. */
  static Optional<OptimizerKernels> of(Fp4jLibrary library) {
    List<Function> functions = SYMBOLS.stream().flatMap(symbol -> library.optional("fp4j_optim_" + symbol).stream()).toList();
    return functions.size() == SYMBOLS.size() ? Optional.of(new NativeOptimizers(library, functions)) : Optional.empty();
  }

  private static Map<Codebook, MemorySegment> codebooks() {
    Map<Codebook, MemorySegment> codebooks = new HashMap<>();
    for (Codebook codebook : Codebook.all()) {
      MemorySegment values = Arena.global().allocate(JAVA_FLOAT, codebook.size());
      for (int code = 0; code < codebook.size(); code++) {
        values.setAtIndex(JAVA_FLOAT, code, codebook.value(code));
      }
      MemorySegment how = Arena.global().allocate(Fp4jOptimAbi.CODEBOOK_BYTES, 8);
      Fp4jOptimAbi.writeCodebook(values, codebook.bits(), codebook.zeroCode(), how);
      codebooks.put(codebook, how);
    }
    return Map.copyOf(codebooks);
  }

  static MemorySegment codebook(Codebook codebook) {
    return Objects.requireNonNull(CODEBOOKS.get(codebook));
  }

  /** The coefficients as native code reads them, until this thread's next call. */
  static MemorySegment write(AdamCoefficients coefficients) {
    MemorySegment adam = SCRATCH.get().adam;
    Fp4jOptimAbi.write(coefficients, adam);
    return adam;
  }

  @Override
  public void scan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset) {
    ArrayRanges.checkScan(gradient, offset, length, magnitudes, squares, chunksOffset);
    for (int from = 0; from < length; from += CHUNK) {
      int chunk = chunksOffset + from / CHUNK;
      MemorySegment magnitude = HeapArrays.at(magnitudes, chunk);
      MemorySegment sum = HeapArrays.at(squares, chunk);
      library.check(scan, Fp4jOptimAbi.scan(scan.address(), HeapArrays.at(gradient, offset + from), Math.min(CHUNK, length - from), magnitude, sum));
    }
  }

  @Override
  public double squaresClipped(float[] gradient, int offset, int length, float threshold, float ratio) {
    ArrayRanges.checkChunk(gradient, offset, length);
    MemorySegment result = SCRATCH.get().result;
    library.check(squaresClipped, Fp4jOptimAbi.squaresClipped(squaresClipped.address(), HeapArrays.at(gradient, offset), length, threshold, ratio, result));
    return result.get(JAVA_DOUBLE, 0);
  }

  @Override
  public int countAbove(float[] gradient, int offset, int length, float threshold) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    MemorySegment result = SCRATCH.get().result;
    int count = 0;
    for (int from = 0; from < length; from += CHUNK) {
      library.check(countAbove, Fp4jOptimAbi.countAbove(countAbove.address(), HeapArrays.at(gradient, offset + from), Math.min(CHUNK, length - from), threshold, result));
      count += (int) result.get(JAVA_LONG, 0);
    }
    return count;
  }

  @Override
  public void condition(AdamCoefficients coefficients, float[] gradient, int offset, float[] target, int targetOffset, int length) {
    ArrayRanges.check(gradient, offset, target, targetOffset, length);
    MemorySegment how = write(coefficients);
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      library.check(condition, Fp4jOptimAbi.condition(condition.address(), how, HeapArrays.at(gradient, offset + from), HeapArrays.at(target, targetOffset + from), count));
    }
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
    MemorySegment how = write(coefficients);
    for (int from = 0; from < length; from += CHUNK) {
      MemorySegment p = HeapArrays.at(parameters, parametersOffset + from);
      MemorySegment g = HeapArrays.at(gradient, gradientOffset + from);
      MemorySegment m = HeapArrays.at(first, firstOffset + from);
      MemorySegment v = HeapArrays.at(second, secondOffset + from);
      library.check(adam, Fp4jOptimAbi.adam(adam.address(), how, p, g, m, v, Math.min(CHUNK, length - from)));
    }
  }

  /** Elements of whole blocks that are passed at a time. */
  private static int piece(BlockwiseCodebook format) {
    return Math.max(1, CHUNK / format.blockSize()) * format.blockSize();
  }

  @Override
  public void encode(
      BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    format.check(values, offset, length, packed, packedOffset, scales, scalesOffset);
    int size = format.blockSize();
    for (int from = 0; from < length; from += piece(format)) {
      int count = Math.min(piece(format), length - from);
      MemorySegment codes = HeapArrays.at(packed, packedOffset + format.codebook().bytes(from));
      MemorySegment scale = HeapArrays.at(scales, scalesOffset + from / size);
      library.check(
          encodeBlocks,
          Fp4jOptimAbi.encodeBlocks(encodeBlocks.address(), codebook(format.codebook()), size, HeapArrays.at(values, offset + from), count, codes, scale));
    }
  }

  @Override
  public void decode(
      BlockwiseCodebook format, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    format.check(values, offset, length, packed, packedOffset, scales, scalesOffset);
    int size = format.blockSize();
    for (int from = 0; from < length; from += piece(format)) {
      int count = Math.min(piece(format), length - from);
      MemorySegment codes = HeapArrays.at(packed, packedOffset + format.codebook().bytes(from));
      MemorySegment scale = HeapArrays.at(scales, scalesOffset + from / size);
      library.check(
          decodeBlocks,
          Fp4jOptimAbi.decodeBlocks(decodeBlocks.address(), codebook(format.codebook()), size, codes, scale, HeapArrays.at(values, offset + from), count));
    }
  }

  @Override
  public void encode(Codebook codebook, float[] values, int offset, int length, float[] scales, int scalesOffset, byte[] packed, int packedOffset) {
    ArrayRanges.check(codebook, values, offset, scales, scalesOffset, packed, packedOffset, length);
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      MemorySegment codes = HeapArrays.at(packed, packedOffset + codebook.bytes(from));
      library.check(
          encode, Fp4jOptimAbi.encode(encode.address(), codebook(codebook), HeapArrays.at(values, offset + from), HeapArrays.at(scales, scalesOffset + from), codes, count));
    }
  }

  @Override
  public void decode(Codebook codebook, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    ArrayRanges.check(codebook, values, offset, scales, scalesOffset, packed, packedOffset, length);
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      MemorySegment codes = HeapArrays.at(packed, packedOffset + codebook.bytes(from));
      library.check(
          decode, Fp4jOptimAbi.decode(decode.address(), codebook(codebook), codes, HeapArrays.at(scales, scalesOffset + from), HeapArrays.at(values, offset + from), count));
    }
  }

  @Override
  public float raiseMaxima(float[] values, int offset, int length, float[] maxima, int maximaOffset) {
    ArrayRanges.check(values, offset, maxima, maximaOffset, length);
    MemorySegment result = SCRATCH.get().result;
    float largest = 0;
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      library.check(
          raiseMaxima, Fp4jOptimAbi.raiseMaxima(raiseMaxima.address(), HeapArrays.at(values, offset + from), HeapArrays.at(maxima, maximaOffset + from), count, result));
      largest = Math.max(largest, result.get(JAVA_FLOAT, 0));
    }
    return largest;
  }

  @Override
  public void limitScales(float bound, float[] maxima, int maximaOffset, float[] scales, int scalesOffset, int length) {
    ArrayRanges.check(maxima, maximaOffset, scales, scalesOffset, length);
    for (int from = 0; from < length; from += CHUNK) {
      int count = Math.min(CHUNK, length - from);
      library.check(
          limitScales, Fp4jOptimAbi.limitScales(limitScales.address(), bound, HeapArrays.at(maxima, maximaOffset + from), HeapArrays.at(scales, scalesOffset + from), count));
    }
  }

  @Override
  public Optional<CodedAdam> codedAdam() {
    return codedAdam;
  }
}
