package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.backend.SegmentBlocks;
import io.github.fp4j.backend.SegmentConversions;
import io.github.fp4j.backend.SegmentFloats;
import io.github.fp4j.backend.SegmentGemms;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kernels on native and heap segments, from float32 and bf16: the bytes that the same kernels give on arrays of the same numbers. */
class SegmentKernelsTest {
  private static final byte CANARY = 0x55;
  private static final int GAP = 3; // odd, so that nothing is aligned

  /** Lengths about a slice of conversions, which is 4096. */
  private static final int[] LENGTHS = {0, 1, 7, 4096, 4097, 3 * 4096 + 333};

  private static float[] numbers(SegmentFloats type, BlockInputs inputs, int length) {
    float[] values = inputs.values(17, length);
    for (int i = 0; i < length; i++) {
      values[i] =
          switch (type) {
            case FLOAT32 -> values[i];
            case BFLOAT16 -> Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xFFFF0000);
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(values[i]));
          };
    }
    return values;
  }

  /** The numbers in memory of their own, {@link #GAP} bytes from its start. */
  private static MemorySegment segment(SegmentFloats type, float[] values, boolean heap, Arena arena) {
    long size = GAP + (long) values.length * type.bytes();
    MemorySegment segment = heap ? MemorySegment.ofArray(new byte[(int) size]) : arena.allocate(size);
    for (int i = 0; i < values.length; i++) {
      int bits = type == SegmentFloats.FLOAT16 ? Float.floatToFloat16(values[i]) << 16 : Float.floatToRawIntBits(values[i]);
      for (int b = 0; b < type.bytes(); b++) {
        segment.set(ValueLayout.JAVA_BYTE, GAP + (long) i * type.bytes() + b, (byte) (bits >>> 8 * (b + 4 - type.bytes())));
      }
    }
    return segment;
  }

  private static MemorySegment canaries(long length, Arena arena) {
    return arena.allocate(length + 2 * GAP).fill(CANARY);
  }

  private static void assertBytes(String what, MemorySegment actual, byte[] expected) {
    byte[] bytes = actual.toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < bytes.length; i++) {
      byte right = i < GAP || i >= GAP + expected.length ? CANARY : expected[i - GAP];
      if (bytes[i] != right) {
        throw new AssertionError("%s: byte %d is %02x, expected %02x".formatted(what, i - GAP, bytes[i], right));
      }
    }
  }

  @Test
  void everyConversion() {
    int cases = 0;
    for (Widths.Width width : Widths.available()) {
      SegmentConversions segments = new SegmentConversions(width.kernels());
      for (Conversion conversion : width.kernels().conversions()) {
        for (SegmentFloats type : SegmentFloats.values()) {
          for (int length : LENGTHS) {
            try (Arena arena = Arena.ofConfined()) {
              float[] values = numbers(type, cases % 2 == 0 ? BlockInputs.NANS : BlockInputs.ANY_EXPONENT, length);
              MemorySegment from = segment(type, values, cases++ % 3 == 0, arena);
              byte[] expected = new byte[length];
              width.kernels().encode(conversion, values, 0, expected, 0, length);
              MemorySegment actual = canaries(length, arena);
              segments.encode(conversion, type, from, GAP, actual, GAP, length);
              assertBytes(conversion + ", " + type + ", " + length, actual, expected);
              if (conversion.format().width() == 4) {
                byte[] packed = new byte[(length + 1) / 2];
                width.kernels().encodePacked(conversion, values, 0, packed, 0, length);
                MemorySegment actualPacked = canaries(packed.length, arena);
                segments.encodePacked(conversion, type, from, GAP, actualPacked, GAP, length);
                assertBytes(conversion + ", packed, " + type + ", " + length, actualPacked, packed);
              }
            }
          }
        }
      }
    }
    assertThat(cases).isEqualTo(Widths.available().size() * 15 * 3 * 6);
  }

  @Test
  void everyDecoding() {
    int cases = 0;
    for (Widths.Width width : Widths.available()) {
      SegmentConversions segments = new SegmentConversions(width.kernels());
      for (FloatFormat format : width.kernels().decodableFormats()) {
        for (int length : LENGTHS) {
          try (Arena arena = Arena.ofConfined()) {
            byte[] codes = new byte[length];
            MemorySegment from = arena.allocate(GAP + (long) length);
            for (int i = 0; i < length; i++) {
              codes[i] = (byte) (i * 37 + i / 256);
              from.set(ValueLayout.JAVA_BYTE, GAP + (long) i, codes[i]);
            }
            MemorySegment actual = canaries(4L * length, arena);
            segments.decode(format, from, GAP, actual, GAP, length);
            float[] expected = new float[length];
            width.kernels().decode(format, codes, 0, expected, 0, length);
            assertBytes(format + ", " + length, actual, bytes(expected));
            if (format.width() == 4 && length > 0) {
              MemorySegment unpacked = canaries(4L * (length - 1), arena);
              segments.decodePacked(format, from, GAP, unpacked, GAP, length - 1);
              float[] expectedUnpacked = new float[length - 1];
              width.kernels().decodePacked(format, codes, 0, expectedUnpacked, 0, length - 1);
              assertBytes(format + ", packed, " + length, unpacked, bytes(expectedUnpacked));
            }
            cases++;
          }
        }
      }
    }
    assertThat(cases).isEqualTo(Widths.available().size() * 5 * 6);
  }

  /** More rows than go through at a time, one, and none; weights that fill no group of rows. */
  @Test
  void productsWithActivations() {
    int cases = 0;
    for (Backend width : Backends.available().stream().filter(backend -> backend.name().startsWith("simd-")).toList()) {
      GemmKernels gemms = width.gemms().orElseThrow();
      SegmentGemms segments = new SegmentGemms(gemms);
      for (SegmentFloats type : SegmentFloats.values()) {
        for (int m : new int[] {1, 0, 515, 3}) {
          try (Arena arena = Arena.ofConfined()) {
            int k = 64;
            int n = 21;
            float[] a = numbers(type, BlockInputs.ANY_EXPONENT, m * k);
            byte[] codes = new byte[n * k / 2];
            byte[] scales = new byte[n * k / 16];
            new SplittableRandom(m).nextBytes(codes);
            Arrays.fill(scales, (byte) 0x38);
            PackedWeights weights = PackedWeights.of(new GemmOperand(OperandFormat.NVFP4, n, k, codes, scales));
            float[] expected = new float[m * n];
            gemms.multiply(GemmKernels.FP32, FloatRows.of(a, m, k), weights, .5f, expected, Parallelism.NONE);
            MemorySegment d = canaries(4L * m * n, arena);
            segments.multiply(GemmKernels.FP32, type, segment(type, a, m == 3, arena), GAP, m, weights, .5f, d, GAP, Parallelism.NONE);
            assertBytes(width.name() + ", " + type + ", " + m, d, bytes(expected));
            assertThatThrownBy(() -> segments.multiply(GemmKernels.FP32, type, d, 0, 1000, weights, 1, d, 0, Parallelism.NONE))
                .isInstanceOf(IndexOutOfBoundsException.class);
            cases++;
          }
        }
      }
    }
    assertThat(cases).isEqualTo(Widths.available().size() * 3 * 4);
  }

  private static byte[] bytes(float[] values) {
    byte[] bytes = new byte[4 * values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (Float.floatToRawIntBits(values[i / 4]) >>> 8 * (i % 4));
    }
    return bytes;
  }

  private record Shape(int rows, int columns) {}

  /** Small; several slices of rows; rows longer than a slice, which is 65536; ragged ones. */
  private static final List<Shape> SHAPES =
      List.of(new Shape(0, 64), new Shape(3, 64), new Shape(70, 2048), new Shape(2, 65536 + 192), new Shape(5, 77), new Shape(1, 65536 + 19));

  @Test
  void blocks() {
    int cases = 0;
    for (Widths.BlockWidth width : Widths.blocks()) {
      SegmentBlocks segments = new SegmentBlocks(width.kernels());
      for (QuantizationProfile profile : List.of(Profiles.MODELOPT, Profiles.OCP_MX, Profiles.GGML_NVFP4)) {
        for (SegmentFloats type : SegmentFloats.values()) {
          for (Shape shape : SHAPES) {
            if (profile.raggedRows() == RaggedRows.PAD_WITH_ZEROS || shape.columns % 64 == 0) {
              assertBlocks(width, segments, profile, type, shape, cases++ % 3 == 0);
            }
          }
        }
      }
    }
    assertThat(cases).isEqualTo(Widths.blocks().size() * 3 * (6 + 6 + 4));
  }

  private static void assertBlocks(
      Widths.BlockWidth width, SegmentBlocks segments, QuantizationProfile profile, SegmentFloats type, Shape shape, boolean heap) {
    String what = profile + ", " + type + ", " + shape + ", " + width;
    try (Arena arena = Arena.ofConfined()) {
      float[] values = numbers(type, BlockInputs.WIDE_RANGE, shape.rows * shape.columns);
      FloatRows x = FloatRows.of(values, shape.rows, shape.columns);
      MemorySegment from = segment(type, values, heap, arena);
      float amax = segments.amax(profile, type, from, GAP, shape.rows, shape.columns);
      assertThat(amax).as(what).isEqualTo(width.kernels().amax(profile, x));
      float tensorScale = profile.tensorScaleOf(amax);
      BlockRows expected = BlockRows.allocate(profile.format(), shape.rows, profile.storedColumns("columns", shape.columns));
      width.kernels().quantize(profile, tensorScale, x, expected);
      MemorySegment codes = canaries(expected.codes().length, arena);
      MemorySegment scales = canaries(expected.scales().length, arena);
      segments.quantize(profile, tensorScale, type, from, GAP, shape.rows, shape.columns, codes, GAP, scales, GAP);
      assertBytes(what + ", codes", codes, expected.codes());
      assertBytes(what + ", scales", scales, expected.scales());

      float[] restored = new float[values.length];
      width.kernels().dequantize(profile, tensorScale, expected, FloatRows.of(restored, shape.rows, shape.columns));
      MemorySegment back = canaries(4L * values.length, arena);
      segments.dequantize(profile, tensorScale, codes, GAP, scales, GAP, shape.rows, shape.columns, back, GAP);
      assertBytes(what + ", restored", back, bytes(restored));
    }
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingIsWritten() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(1 << 20);
      MemorySegment to = arena.allocate(1000).fill(CANARY);
      for (Widths.Width width : Widths.available()) {
        SegmentConversions segments = new SegmentConversions(width.kernels());
        Conversion e4m3 = Conversion.cuda(FloatFormat.E4M3);
        assertThatThrownBy(() -> segments.encode(e4m3, SegmentFloats.FLOAT32, values, 0, to, 0, 1001)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> segments.encode(e4m3, SegmentFloats.BFLOAT16, values, (1 << 20) - 1, to, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> segments.encode(e4m3, SegmentFloats.FLOAT32, values, 0, to, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> segments.encodePacked(e4m3, SegmentFloats.FLOAT32, values, 0, to, 0, 8)).isInstanceOf(IllegalArgumentException.class);
      }
      for (Widths.BlockWidth width : Widths.blocks()) {
        SegmentBlocks segments = new SegmentBlocks(width.kernels());
        assertThatThrownBy(() -> segments.quantize(Profiles.TE_2_15, 1, SegmentFloats.FLOAT32, values, 0, 5, 512, to, 0, to, 0))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> segments.quantize(Profiles.TE_2_15, 1, SegmentFloats.FLOAT32, values, 0, 1, 40, to, 0, to, 0))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("columns = 40");
      }
      assertThat(to.toArray(ValueLayout.JAVA_BYTE)).containsOnly(CANARY);
    }
  }

  @Test
  @Tag("allocation")
  void nothingIsAllocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined()) {
      int length = 3 * 4096 + 64;
      MemorySegment values = arena.allocate(4L * length);
      MemorySegment codes = arena.allocate(length);
      MemorySegment scales = arena.allocate(length);
      MemorySegment shorts = MemorySegment.ofArray(new short[length]);
      Map<String, Runnable> calls = new TreeMap<>();
      for (Widths.Width width : Widths.available()) {
        SegmentConversions conversions = new SegmentConversions(width.kernels());
        SegmentBlocks blocks = new SegmentBlocks(new SimdBlocks(width.bits()));
        Conversion e5m2 = Conversion.cuda(FloatFormat.E5M2);
        calls.put(width + ", encode", () -> conversions.encode(e5m2, SegmentFloats.FLOAT32, values, 0, codes, 0, length));
        calls.put(width + ", encode bf16", () -> conversions.encode(e5m2, SegmentFloats.BFLOAT16, shorts, 0, codes, 0, length));
        calls.put(width + ", decode", () -> conversions.decode(FloatFormat.E5M2, codes, 0, values, 0, length));
        calls.put(
            width + ", quantize bf16",
            () -> blocks.quantize(Profiles.TE_2_15, 3, SegmentFloats.BFLOAT16, shorts, 0, length / 64, 64, codes, 0, scales, 0));
        calls.put(width + ", dequantize", () -> blocks.dequantize(Profiles.TE_2_15, 3, codes, 0, scales, 0, length / 64, 64, values, 0));
      }
      List<String> allocating = new ArrayList<>(calls.keySet());
      long start = threads.getCurrentThreadCpuTime(); // its own time: on a busy machine the compiler gets no more than this thread does
      while (!allocating.isEmpty() && threads.getCurrentThreadCpuTime() - start < 40_000_000_000L) {
        allocating.removeIf(
            name -> {
              Runnable call = calls.get(name);
              call.run();
              long before = threads.getCurrentThreadAllocatedBytes();
              for (int i = 0; i < 20; i++) {
                call.run();
              }
              return threads.getCurrentThreadAllocatedBytes() == before;
            });
      }
      assertThat(allocating).as("calls that allocate after 40 s").isEmpty();
    }
  }
}
