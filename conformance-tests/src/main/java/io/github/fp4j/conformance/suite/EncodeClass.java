package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.Staircase;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/** X2: float32 to one format under one conversion; all 2^32 bit patterns, or every fp16 and bf16 value and the neighbourhood of every step. */
final class EncodeClass implements CoverageClass {
  private static final int CHUNK = 1 << 16;

  private final Conversion conversion;
  private final boolean allFloats;
  private final Staircase staircase;

  EncodeClass(Conversion conversion, boolean allFloats) {
    this.conversion = conversion;
    this.allFloats = allFloats;
    this.staircase = Staircase.of(conversion);
  }

  @Override
  public String suite() {
    return "X2";
  }

  @Override
  public String id() {
    return "X2/" + AskedConversions.id(conversion);
  }

  @Override
  public long cases() {
    return allFloats ? 1L << 32 : 2 * CHUNK + 3L * staircase.size();
  }

  @Override
  public boolean exhaustive() {
    return allFloats;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.conversions().filter(kernels -> kernels.supports(conversion)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    ConversionKernels kernels = subject.conversions().orElseThrow();
    int pieces = allFloats ? 1 << 16 : 3;
    workers.share(pieces, () -> worker(kernels, tally));
  }

  private IntConsumer worker(ConversionKernels kernels, Tally tally) {
    int[] patterns = new int[CHUNK];
    float[] values = new float[CHUNK];
    CodeComparison comparison = new CodeComparison(conversion, tally, CHUNK);
    return piece -> {
      int length = allFloats ? consecutive(piece, patterns, values, comparison.expected) : sampled(piece, values, comparison.expected);
      kernels.encode(conversion, values, 0, comparison.poisoned(length), comparison.offset(), length);
      comparison.compareFloats((long) piece * CHUNK, values, length);
    };
  }

  // C2 vectorises the ints but not intBitsToFloat: the bits cross to the floats as one copy.
  private int consecutive(int piece, int[] patterns, float[] values, byte[] expected) {
    int first = piece << 16;
    for (int i = 0; i < CHUNK; i++) {
      patterns[i] = first + i;
    }
    MemorySegment.copy(MemorySegment.ofArray(patterns), 0, MemorySegment.ofArray(values), 0, 4L * CHUNK);
    staircase.fill(first, expected, 0, CHUNK);
    return CHUNK;
  }

  private int sampled(int piece, float[] values, byte[] expected) {
    int length = piece < 2 ? CHUNK : 3 * staircase.size();
    for (int i = 0; i < length; i++) {
      int bits =
          switch (piece) {
            case 0 -> Float.floatToRawIntBits(Float.float16ToFloat((short) i));
            case 1 -> i << 16;
            default -> staircase.start(i / 3) + i % 3 - 1;
          };
      values[i] = Float.intBitsToFloat(bits);
      expected[i] = (byte) staircase.code(staircase.stepOf(bits));
    }
    return length;
  }
}
