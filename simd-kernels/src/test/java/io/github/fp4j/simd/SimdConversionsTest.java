package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.Staircase;
import io.github.fp4j.formats.ZeroSign;
import io.github.fp4j.simd.Widths.Width;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every width against the reference: every code, every step of every staircase, every length and offset around a vector. */
class SimdConversionsTest {
  private static final ConversionKernels REFERENCE = ReferenceBackend.INSTANCE.conversions().orElseThrow();
  private static final Conversion E2M1 = Conversion.cuda(FloatFormat.E2M1);
  private static final byte CANARY = 0x5A;
  private static final int MAX_LENGTH = 200;
  private static final int MAX_OFFSET = 17;

  static List<Width> widths() {
    return Widths.available();
  }

  @ParameterizedTest
  @MethodSource("widths")
  void supportsTheNamedVariantsOfNvidiasConversionAndNoOther(Width width) {
    assertThat(width.kernels().conversions()).hasSize(15);
    for (FloatFormat format : List.of(FloatFormat.E2M1, FloatFormat.E4M3, FloatFormat.UE4M3, FloatFormat.E5M2, FloatFormat.UE8M0)) {
      assertThat(width.kernels().supports(Conversion.cuda(format))).as("%s", format).isTrue();
      assertThat(width.kernels().supportsDecoding(format)).as("%s", format).isTrue();
    }
    assertThat(width.kernels().supports(Conversion.cuda(FloatFormat.E4M3).with(Overflow.NAN))).isTrue();
    assertThat(width.kernels().supports(Conversion.cuda(FloatFormat.E5M2).with(Overflow.INFINITY))).isTrue();
    assertThat(width.kernels().supports(Conversion.cuda(FloatFormat.UE8M0).with(Rounding.NEAREST_EVEN).with(Overflow.NAN))).isTrue();
    assertThat(width.kernels().supports(E2M1.with(Rounding.NEAREST_AWAY))).isFalse();
    assertThat(width.kernels().supports(E2M1.with(ZeroSign.DROP))).isFalse();
    assertThat(width.kernels().supportsDecoding(FloatFormat.E3M2)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("widths")
  void everyStepAndASampleOfAllFloatsEncodeLikeTheReference(Width width) {
    int stride = 8191; // a prime, so that every low bit pattern occurs
    for (Conversion conversion : width.kernels().conversions()) {
      Staircase staircase = Staircase.of(conversion);
      int samples = (int) ((1L << 32) / stride);
      float[] values = new float[samples + 3 * staircase.size()];
      byte[] expected = new byte[values.length];
      int n = 0;
      for (int step = 0; step < staircase.size(); step++) {
        for (int neighbour = -1; neighbour <= 1; neighbour++) {
          values[n++] = Float.intBitsToFloat(staircase.start(step) + neighbour);
        }
      }
      for (int i = 0; i < samples; i++) {
        values[n++] = Float.intBitsToFloat(i * stride);
      }
      for (int i = 0; i < n; i++) {
        expected[i] = (byte) staircase.code(staircase.stepOf(Float.floatToRawIntBits(values[i])));
      }
      byte[] codes = new byte[n];
      width.kernels().encode(conversion, values, 0, codes, 0, n);
      int at = Arrays.mismatch(expected, codes);
      assertThat(at).as(() -> conversion + ", " + describe(values[at], expected[at], codes[at])).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void everyLengthAndOffsetWritesItsRangeAndNothingElse(Width width) {
    float[] values = interestingFloats(MAX_OFFSET + MAX_LENGTH);
    long cases = 0;
    for (Conversion conversion : width.kernels().conversions()) {
      byte[] all = new byte[values.length];
      REFERENCE.encode(conversion, values, 0, all, 0, values.length);
      for (int offset = 0; offset <= MAX_OFFSET; offset++) {
        for (int length = 0; length <= MAX_LENGTH; length++, cases++) {
          int target = (offset * 7 + length) % (MAX_OFFSET + 1);
          byte[] codes = canaries(MAX_OFFSET + MAX_LENGTH + 64);
          byte[] expected = codes.clone();
          System.arraycopy(all, offset, expected, target, length);
          width.kernels().encode(conversion, values, offset, codes, target, length);
          if (!Arrays.equals(expected, codes)) {
            assertThat(codes).as("%s, offset %d, length %d", conversion, offset, length).isEqualTo(expected);
          }
        }
      }
    }
    assertThat(cases).isEqualTo(15L * 18 * 201);
  }

  @ParameterizedTest
  @MethodSource("widths")
  void everyPackedLengthAndOffsetWritesItsRangeAndNothingElse(Width width) {
    float[] values = interestingFloats(MAX_OFFSET + MAX_LENGTH);
    for (int offset = 0; offset <= MAX_OFFSET; offset++) {
      for (int length = 0; length <= MAX_LENGTH; length++) {
        int target = (offset * 7 + length) % (MAX_OFFSET + 1);
        byte[] packed = canaries(MAX_LENGTH + 64);
        byte[] expected = packed.clone();
        REFERENCE.encodePacked(E2M1, values, offset, expected, target, length);
        width.kernels().encodePacked(E2M1, values, offset, packed, target, length);
        assertThat(packed).as("offset %d, length %d", offset, length).isEqualTo(expected);

        float[] decoded = new float[MAX_OFFSET + MAX_LENGTH + 64];
        Arrays.fill(decoded, 0.1f);
        float[] expectedValues = decoded.clone();
        REFERENCE.decodePacked(FloatFormat.E2M1, packed, target, expectedValues, offset, length);
        width.kernels().decodePacked(FloatFormat.E2M1, packed, target, decoded, offset, length);
        assertThat(rawBits(decoded)).as("offset %d, length %d", offset, length).isEqualTo(rawBits(expectedValues));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void everyCodeDecodesLikeTheReferenceAtEveryLengthAndOffset(Width width) {
    byte[] codes = new byte[256 + MAX_LENGTH];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
    }
    assertThat(width.kernels().decodableFormats()).hasSize(5);
    for (FloatFormat format : width.kernels().decodableFormats()) {
      float[] all = new float[codes.length];
      REFERENCE.decode(format, codes, 0, all, 0, codes.length);
      for (int offset = 0; offset <= MAX_OFFSET; offset++) {
        for (int length = 0; length <= codes.length - offset; length++) {
          int target = (offset * 7 + length) % (MAX_OFFSET + 1);
          float[] values = new float[codes.length + 64];
          Arrays.fill(values, 0.1f);
          float[] expected = values.clone();
          System.arraycopy(all, offset, expected, target, length);
          width.kernels().decode(format, codes, offset, values, target, length);
          if (!Arrays.equals(rawBits(expected), rawBits(values))) {
            assertThat(rawBits(values)).as("%s, offset %d, length %d", format, offset, length).isEqualTo(rawBits(expected));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void longArraysAreCutIntoChunksWithoutSeams(Width width) {
    float[] values = interestingFloats((1 << 17) + 77);
    byte[] codes = new byte[values.length];
    byte[] expected = new byte[values.length];
    width.kernels().encode(E2M1, values, 0, codes, 0, values.length);
    REFERENCE.encode(E2M1, values, 0, expected, 0, values.length);
    assertThat(Arrays.mismatch(expected, codes)).isEqualTo(-1);

    byte[] packed = new byte[values.length / 2 + 1];
    byte[] expectedPacked = packed.clone();
    width.kernels().encodePacked(E2M1, values, 0, packed, 0, values.length);
    REFERENCE.encodePacked(E2M1, values, 0, expectedPacked, 0, values.length);
    assertThat(Arrays.mismatch(expectedPacked, packed)).isEqualTo(-1);

    float[] decoded = new float[values.length];
    float[] decodedPacked = new float[values.length];
    width.kernels().decode(FloatFormat.E2M1, codes, 0, decoded, 0, values.length);
    width.kernels().decodePacked(FloatFormat.E2M1, packed, 0, decodedPacked, 0, values.length);
    float[] expectedValues = new float[values.length];
    REFERENCE.decode(FloatFormat.E2M1, codes, 0, expectedValues, 0, values.length);
    assertThat(Arrays.mismatch(rawBits(expectedValues), rawBits(decoded))).isEqualTo(-1);
    assertThat(Arrays.mismatch(rawBits(expectedValues), rawBits(decodedPacked))).isEqualTo(-1);
  }

  @ParameterizedTest
  @MethodSource("widths")
  void badArgumentsThrowBeforeAnythingIsWritten(Width width) {
    SimdConversions kernels = width.kernels();
    float[] values = new float[100];
    byte[] codes = canaries(100);
    Conversion away = E2M1.with(Rounding.NEAREST_AWAY);
    assertThatThrownBy(() -> kernels.encode(away, values, 0, codes, 0, 100)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("NEAREST_AWAY");
    assertThatThrownBy(() -> kernels.encodePacked(away, values, 0, codes, 0, 100)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels.encodePacked(Conversion.cuda(FloatFormat.E4M3), values, 0, codes, 0, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("format = e4m3 has 8 bits: expected at most 4");
    assertThatThrownBy(() -> kernels.decode(FloatFormat.E3M2, codes, 0, values, 0, 100)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels.decodePacked(FloatFormat.E5M2, codes, 0, values, 0, 100)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels.encode(E2M1, values, 1, codes, 0, 100)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.encode(E2M1, values, 0, codes, 1, 100)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.encode(E2M1, values, 0, codes, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.encodePacked(E2M1, values, 0, codes, 51, 99)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.encodePacked(E2M1, values, 0, codes, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.decodePacked(FloatFormat.E2M1, codes, 51, values, 0, 99)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(codes).isEqualTo(canaries(100));
  }

  @Test
  void nibblesAreLowFirstAndAnOddLengthLeavesTheHighOneZero() {
    byte[] packed = new byte[2];
    Widths.available().getFirst().kernels().encodePacked(E2M1, new float[] {0.5f, -6f, -0f}, 0, packed, 0, 3);
    assertThat(packed).containsExactly(0xF1, 0x08);
  }

  private static float[] interestingFloats(int length) {
    Random random = new Random(41);
    float[] special = {0f, -0f, Float.NaN, Float.intBitsToFloat(0xFFC12345), Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 5f, -0.25f, 464f, -1e30f, 0x1p-127f};
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] =
          switch (random.nextInt(4)) {
            case 0 -> special[random.nextInt(special.length)];
            case 1 -> Float.intBitsToFloat(random.nextInt());
            default -> (float) random.nextGaussian() * 3;
          };
    }
    return values;
  }

  private static byte[] canaries(int length) {
    byte[] array = new byte[length];
    Arrays.fill(array, CANARY);
    return array;
  }

  private static int[] rawBits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  private static String describe(float value, byte expected, byte actual) {
    return "%s (0x%08X): expected 0x%02X, was 0x%02X".formatted(value, Float.floatToRawIntBits(value), expected, actual);
  }
}
