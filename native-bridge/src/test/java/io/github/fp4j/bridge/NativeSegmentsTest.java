package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.backend.SegmentFloats;
import io.github.fp4j.backend.SegmentQuantizer;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The host library's one call for a piece against the model: bytes, the largest magnitude and every figure, bit for bit. */
class NativeSegmentsTest {
  private static final BlockKernels MODEL = ReferenceBackend.INSTANCE.blocks().orElseThrow();

  /** One block of every profile; rows and columns that are no whole turns; more than a slice of 8192 elements; nothing. */
  private static final List<int[]> SHAPES = List.of(new int[] {1, 64}, new int[] {5, 192}, new int[] {3, 3 * 4096}, new int[] {0, 64});

  private static final Random RANDOM = new Random(11);

  private static SegmentQuantizer quantizer() {
    if (Backends.named("host").availability() instanceof Availability.Unavailable(String reason)) {
      System.err.println("NOT RUN: backend host is unavailable: " + reason);
      return abort(reason);
    }
    return Backends.named("host").segments().orElseThrow();
  }

  /** What the sixteen or thirty-two bits of the numbers are. */
  private enum Bits {
    GAUSSIAN,
    ANY,
    NO_NAN,
    ZERO
  }

  private static float value(Bits bits, SegmentFloats type) {
    return switch (bits) {
      case GAUSSIAN -> (float) RANDOM.nextGaussian() * 0.03f;
      case ZERO -> RANDOM.nextBoolean() ? 0f : -0f;
      case ANY, NO_NAN -> {
        float any = type == SegmentFloats.FLOAT16 ? Float.float16ToFloat((short) RANDOM.nextInt()) : Float.intBitsToFloat(RANDOM.nextInt());
        yield bits == Bits.NO_NAN && Float.isNaN(any) ? 1f : any;
      }
    };
  }

  /** Writes the value as the type has it, and returns what that is as float32. */
  private static float write(SegmentFloats type, float value, MemorySegment to, int index) {
    return switch (type) {
      case FLOAT32 -> {
        to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * index, value);
        yield value;
      }
      case BFLOAT16 -> {
        int upper = Float.floatToRawIntBits(value) >>> 16;
        to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * index, (short) upper);
        yield Float.intBitsToFloat(upper << 16);
      }
      case FLOAT16 -> {
        short half = Float.floatToFloat16(value);
        to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * index, half);
        yield Float.float16ToFloat(half);
      }
    };
  }

  @Test
  void everyProfileTypeAndShape() {
    SegmentQuantizer quantizer = quantizer();
    int cases = 0;
    long nonFinite = 0;
    long saturated = 0;
    for (QuantizationProfile profile : Profiles.all().stream().filter(QuantizationProfile::isCpuExact).toList()) {
      assertThat(quantizer.supports(profile)).as(profile.id()).isTrue();
      for (SegmentFloats type : SegmentFloats.values()) {
        for (Bits bits : Bits.values()) {
          for (int[] shape : SHAPES) {
            if (bits == Bits.ANY && refusesNan(profile)) {
              continue;
            }
            ErrorFigures figures = assertSame(quantizer, profile, type, bits, shape[0], shape[1]);
            nonFinite += figures.nonFinite();
            saturated += figures.saturated();
            cases++;
          }
        }
      }
    }
    assertThat(cases).isGreaterThan(1000);
    assertThat(nonFinite).isGreaterThan(1000);
    assertThat(saturated).isGreaterThan(1000);
  }

  private static boolean refusesNan(QuantizationProfile profile) {
    BlockRows to = BlockRows.allocate(profile.format(), 1, 64);
    float[] x = new float[64];
    x[0] = Float.NaN;
    try {
      MODEL.quantize(profile, 1, FloatRows.of(x, 1, 64), to);
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  @Test
  void raggedRows() {
    SegmentQuantizer quantizer = quantizer();
    for (int columns = 1; columns <= 80; columns++) {
      assertSame(quantizer, Profiles.OCP_MX, SegmentFloats.BFLOAT16, Bits.ANY, 3, columns);
      assertSame(quantizer, Profiles.MODELOPT, SegmentFloats.FLOAT32, Bits.GAUSSIAN, 2, 8192 + columns);
    }
  }

  private static ErrorFigures assertSame(SegmentQuantizer quantizer, QuantizationProfile profile, SegmentFloats type, Bits bits, int rows, int columns) {
    String what = profile.id() + ", " + type + ", " + bits + ", " + rows + " x " + columns;
    int stored = profile.storedColumns("columns", columns);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate((long) rows * columns * type.bytes() + 1).asSlice(1); // of no alignment
      float[] values = new float[rows * columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = write(type, value(bits, type), numbers, i);
      }
      FloatRows from = FloatRows.of(values, rows, columns);
      float amax = MODEL.amax(profile, from);
      assertThat(Float.floatToRawIntBits(quantizer.amax(profile, type, numbers, values.length))).as(what).isEqualTo(Float.floatToRawIntBits(amax));
      float tensorScale = profile.format().hasTensorScale() ? 0.7f * profile.tensorScaleOf(amax) : 1; // too small for the largest blocks
      BlockRows made = BlockRows.allocate(profile.format(), rows, stored);
      MODEL.quantize(profile, tensorScale, from, made);
      FloatRows restored = FloatRows.of(new float[values.length], rows, columns);
      MODEL.dequantize(profile, tensorScale, made, restored);
      ErrorFigures expected = MODEL.errors(profile, from, made, restored);

      MemorySegment codes = arena.allocate(made.codes().length + 1);
      MemorySegment scales = arena.allocate(made.scales().length + 1);
      ErrorFigures actual = quantizer.quantize(profile, tensorScale, type, numbers, rows, columns, codes, scales);
      assertThat(codes.asSlice(0, made.codes().length).toArray(ValueLayout.JAVA_BYTE)).as(what).isEqualTo(made.codes());
      assertThat(scales.asSlice(0, made.scales().length).toArray(ValueLayout.JAVA_BYTE)).as(what).isEqualTo(made.scales());
      assertThat(codes.get(ValueLayout.JAVA_BYTE, made.codes().length)).as(what).isZero();
      assertThat(scales.get(ValueLayout.JAVA_BYTE, made.scales().length)).as(what).isZero();
      assertThat(actual).as(what).isEqualTo(expected);
      return actual;
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    SegmentQuantizer quantizer = quantizer();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(2 * 64);
      MemorySegment codes = arena.allocate(32);
      MemorySegment scales = arena.allocate(4);
      assertThatThrownBy(() -> quantizer.amax(Profiles.MODELOPT, SegmentFloats.BFLOAT16, numbers, 65)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> quantizer.quantize(Profiles.MODELOPT, 1, SegmentFloats.FLOAT32, numbers, 1, 64, codes, scales))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> quantizer.quantize(Profiles.MODELOPT, 1, SegmentFloats.BFLOAT16, numbers, 1, 64, codes.asSlice(1), scales))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> quantizer.quantize(Profiles.MODELOPT, 1, SegmentFloats.BFLOAT16, numbers, 1, 64, codes, scales.asSlice(1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> quantizer.quantize(Profiles.TE_2_15, 1, SegmentFloats.BFLOAT16, numbers, 1, 40, codes, scales))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("columns = 40");
    }
  }
}
