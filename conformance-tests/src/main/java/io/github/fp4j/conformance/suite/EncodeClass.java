package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.conformance.judge.ClassPart;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.Staircase;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** X2: float32 to one format under one conversion; all 2^32 bit patterns, or every fp16 and bf16 value and the neighbourhood of every step. */
final class EncodeClass implements CoverageClass {
  private static final int CHUNK = 1 << 16;
  private static final int CHUNKS = 1 << 16;

  private final Conversion conversion;
  private final boolean allFloats;
  private final Staircase staircase;
  private final ClassPart part;

  EncodeClass(Conversion conversion, boolean allFloats) {
    this(conversion, allFloats, Staircase.of(conversion), new ClassPart("X2/" + AskedConversions.id(conversion), 1, 1));
  }

  private EncodeClass(Conversion conversion, boolean allFloats, Staircase staircase, ClassPart part) {
    this.conversion = conversion;
    this.allFloats = allFloats;
    this.staircase = staircase;
    this.part = part;
  }

  /** All 2^32 floats in ranges. */
  @Override
  public List<CoverageClass> parts(int count) {
    if (!allFloats || part.count() > 1 || count > CHUNKS) {
      return List.of(this);
    }
    return IntStream.rangeClosed(1, count)
        .<CoverageClass>mapToObj(index -> new EncodeClass(conversion, true, staircase, new ClassPart(part.id(), index, count)))
        .toList();
  }

  /** The number of chunks before part {@code index}. */
  private int chunksBefore(int index) {
    return (int) ((long) CHUNKS * (index - 1) / part.count());
  }

  @Override
  public String suite() {
    return "X2";
  }

  @Override
  public String id() {
    return part.toString();
  }

  @Override
  public long cases() {
    return allFloats ? (long) CHUNK * (chunksBefore(part.index() + 1) - chunksBefore(part.index())) : 2 * CHUNK + 3L * staircase.size();
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
    if (allFloats) {
      int first = chunksBefore(part.index());
      workers.share(chunksBefore(part.index() + 1) - first, () -> {
        IntConsumer worker = worker(kernels, tally);
        return piece -> worker.accept(first + piece);
      });
    } else {
      workers.share(3, () -> worker(kernels, tally));
    }
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
