package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Staircase;
import io.github.fp4j.simd.Widths.Width;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All 2^32 floats, every supported conversion, every width. */
@Tag("exhaustive")
class ExhaustiveTest {
  private static final int BLOCK = 1 << 16;
  private static final long BLOCKS = (1L << 32) / BLOCK;

  static Set<Conversion> conversions() {
    return Widths.available().getFirst().kernels().conversions();
  }

  @ParameterizedTest
  @MethodSource("conversions")
  void everyFloatEncodesLikeTheStaircase(Conversion conversion) {
    List<Width> widths = Widths.available();
    Staircase staircase = Staircase.of(conversion);
    ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);
    long equal =
        LongStream.range(0, BLOCKS)
            .parallel()
            .map(
                block -> {
                  Buffers own = buffers.get();
                  own.fill((int) (block * BLOCK));
                  staircase.fill((int) (block * BLOCK), own.expected, 0, BLOCK);
                  long same = 0;
                  for (Width width : widths) {
                    width.kernels().encode(conversion, own.values, 0, own.codes, 0, BLOCK);
                    own.requireEqual(own.expected, BLOCK, conversion + ", " + width);
                    same += BLOCK;
                  }
                  return same;
                })
            .sum();
    assertThat(equal).isEqualTo(widths.size() * (1L << 32));
  }

  @Test
  void everyFloatEncodesPackedLikeTheStaircase() {
    List<Width> widths = Widths.available();
    Conversion conversion = Conversion.cuda(FloatFormat.E2M1);
    Staircase staircase = Staircase.of(conversion);
    ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);
    long equal =
        LongStream.range(0, BLOCKS)
            .parallel()
            .map(
                block -> {
                  Buffers own = buffers.get();
                  own.fill((int) (block * BLOCK));
                  staircase.fill((int) (block * BLOCK), own.expected, 0, BLOCK);
                  for (int i = 0; i < BLOCK; i += 2) {
                    own.expectedPacked[i / 2] = (byte) (own.expected[i] | own.expected[i + 1] << 4);
                  }
                  long same = 0;
                  for (Width width : widths) {
                    width.kernels().encodePacked(conversion, own.values, 0, own.codes, 0, BLOCK);
                    own.requireEqual(own.expectedPacked, BLOCK / 2, "packed, " + width);
                    same += BLOCK;
                  }
                  return same;
                })
            .sum();
    assertThat(equal).isEqualTo(widths.size() * (1L << 32));
  }

  /** The arrays of one thread. */
  private static final class Buffers {
    final float[] values = new float[BLOCK];
    final byte[] expected = new byte[BLOCK];
    final byte[] expectedPacked = new byte[BLOCK / 2];
    final byte[] codes = new byte[BLOCK];

    void fill(int firstBits) {
      for (int i = 0; i < BLOCK; i++) {
        values[i] = Float.intBitsToFloat(firstBits + i);
      }
    }

    void requireEqual(byte[] wanted, int length, String what) {
      int at = Arrays.mismatch(wanted, 0, length, codes, 0, length);
      if (at >= 0) {
        int first = Float.floatToRawIntBits(values[0]);
        throw new AssertionError("%s, floats from 0x%08X, byte %d: expected 0x%02X, was 0x%02X".formatted(what, first, at, wanted[at], codes[at]));
      }
    }
  }
}
