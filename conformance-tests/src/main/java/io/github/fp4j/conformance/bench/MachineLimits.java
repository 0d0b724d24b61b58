package io.github.fp4j.conformance.bench;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What the machine itself can do: move the bytes that a kernel moves without looking at them, and multiply and add. */
final class MachineLimits {
  /** Calls of a kernel on longer arrays are cut to pieces of this many bytes, so that reading and writing alternate as in a kernel. */
  private static final int PIECE = 1 << 14;

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;
  private static final int MULTIPLICATIONS = 1 << 12;
  private static final int CHAINS = 12;

  /** Bytes from the start of an array's elements to the next cache line, if the array itself starts at one, as G1 places large arrays: its header has 16. */
  private static final int TO_LINE = 48;

  private MachineLimits() {}

  /** Reads and writes as many bytes as {@code family} does for {@code elements}. */
  static Runnable traffic(KernelFamily family, int elements) {
    return family.inPlace() ? update(family, elements) : copy(family, elements);
  }

  /** Reads everything and writes a part of it back. */
  private static Runnable update(KernelFamily family, int elements) {
    int length = Math.toIntExact(Math.round(family.bytesRead() * elements / Long.BYTES));
    long[] data = new long[TO_LINE / Long.BYTES + length];
    Arrays.setAll(data, i -> i * 0x9E3779B97F4A7C15L);
    double written = family.bytesWritten() / family.bytesRead();
    long[] sink = new long[1];
    return () -> {
      long seen = sink[0];
      for (int from = TO_LINE / Long.BYTES; from < data.length; from += PIECE / Long.BYTES) {
        int end = Math.min(data.length, from + PIECE / Long.BYTES);
        int middle = from + (int) ((end - from) * written) / 8 * 8;
        invert(data, from, middle);
        seen ^= read(data, middle, end);
      }
      sink[0] = seen;
    };
  }

  private static void invert(long[] data, int from, int end) {
    int step = LONGS.length();
    for (int i = from; i + step <= end; i += step) {
      LongVector.fromArray(LONGS, data, i).not().intoArray(data, i);
    }
  }

  private static Runnable copy(KernelFamily family, int elements) {
    long[] source = new long[Math.toIntExact(Math.round(family.bytesRead() * elements / Long.BYTES))];
    byte[] target = new byte[TO_LINE + Math.toIntExact(Math.round(family.bytesWritten() * elements))];
    Arrays.setAll(source, i -> i * 0x9E3779B97F4A7C15L);
    double written = family.bytesWritten() / family.bytesRead();
    long[] sink = new long[1];
    return () -> {
      long seen = sink[0];
      int to = TO_LINE;
      for (int from = 0; from < source.length; from += PIECE / Long.BYTES) {
        int end = Math.min(source.length, from + PIECE / Long.BYTES);
        seen ^= read(source, from, end);
        int toEnd = end == source.length ? target.length : TO_LINE + (int) (end * (double) Long.BYTES * written);
        write(target, to, toEnd, (byte) seen);
        to = toEnd;
      }
      sink[0] = seen;
    };
  }

  private static long read(long[] source, int from, int end) {
    LongVector a = LongVector.zero(LONGS);
    LongVector b = LongVector.zero(LONGS);
    LongVector c = LongVector.zero(LONGS);
    LongVector d = LongVector.zero(LONGS);
    int step = LONGS.length();
    for (int i = from; i + 4 * step <= end; i += 4 * step) {
      a = a.lanewise(VectorOperators.XOR, LongVector.fromArray(LONGS, source, i));
      b = b.lanewise(VectorOperators.XOR, LongVector.fromArray(LONGS, source, i + step));
      c = c.lanewise(VectorOperators.XOR, LongVector.fromArray(LONGS, source, i + 2 * step));
      d = d.lanewise(VectorOperators.XOR, LongVector.fromArray(LONGS, source, i + 3 * step));
    }
    return a.lanewise(VectorOperators.XOR, b).lanewise(VectorOperators.XOR, c.lanewise(VectorOperators.XOR, d)).reduceLanes(VectorOperators.XOR);
  }

  private static void write(byte[] target, int from, int end, byte value) {
    ByteVector bytes = ByteVector.broadcast(BYTES, value);
    for (int i = from; i + BYTES.length() <= end; i += BYTES.length()) {
      bytes.intoArray(target, i);
    }
  }

  /** Floating-point operations of one call of {@link #fusedMultiplyAdd}. */
  static long operations() {
    return 2L * MULTIPLICATIONS * CHAINS * SPECIES.length();
  }

  /** Twelve independent chains of float32 multiply-adds, enough to hide their latency at two a cycle. */
  static Runnable fusedMultiplyAdd() {
    float[] sink = new float[SPECIES.length()];
    return () -> multiplyAdd(sink);
  }

  private static void multiplyAdd(float[] sink) {
    FloatVector x = FloatVector.broadcast(SPECIES, .999f);
    FloatVector y = FloatVector.broadcast(SPECIES, .001f);
    FloatVector a0 = x;
    FloatVector a1 = x;
    FloatVector a2 = x;
    FloatVector a3 = x;
    FloatVector a4 = x;
    FloatVector a5 = x;
    FloatVector a6 = x;
    FloatVector a7 = x;
    FloatVector a8 = x;
    FloatVector a9 = x;
    FloatVector a10 = x;
    FloatVector a11 = x;
    for (int i = 0; i < MULTIPLICATIONS; i++) {
      a0 = a0.fma(x, y);
      a1 = a1.fma(x, y);
      a2 = a2.fma(x, y);
      a3 = a3.fma(x, y);
      a4 = a4.fma(x, y);
      a5 = a5.fma(x, y);
      a6 = a6.fma(x, y);
      a7 = a7.fma(x, y);
      a8 = a8.fma(x, y);
      a9 = a9.fma(x, y);
      a10 = a10.fma(x, y);
      a11 = a11.fma(x, y);
    }
    a0.add(a1).add(a2).add(a3).add(a4.add(a5).add(a6).add(a7)).add(a8.add(a9).add(a10).add(a11)).intoArray(sink, 0);
  }
}
