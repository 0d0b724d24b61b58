package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a block kernel of the reference and of every vector width into larger arrays full of canaries, and compares those whole. */
final class BlockComparison {
  static final BlockKernels MODEL = Backends.byName("reference").blocks().orElseThrow();

  static final List<QuantizationProfile> PROFILES = Profiles.all().stream().filter(QuantizationProfile::isCpuExact).toList();

  private static final byte CANARY = 0x55;

  private BlockComparison() {}

  /** What is compared: writes codes and scales, or throws {@link IllegalArgumentException}. */
  interface Quantization {
    void run(BlockKernels kernels, BlockRows to);
  }

  /** Compares all widths with the reference on an output of {@code rows} by {@code stored} elements; {@code gap} bytes lie between rows. */
  static void assertSame(String what, QuantizationProfile profile, int rows, int stored, int gap, Quantization quantization) {
    BlockRows expected = canaries(profile.format(), rows, stored, gap);
    String refusal = refusal(() -> quantization.run(MODEL, expected));
    for (Widths.BlockWidth width : Widths.blocks()) {
      BlockRows actual = canaries(profile.format(), rows, stored, gap);
      assertThat(refusal(() -> quantization.run(width.kernels(), actual))).as("%s, %s, refusal", what, width).isEqualTo(refusal);
      if (refusal == null) {
        assertEqual(what + ", " + width + ", scales", actual.scales(), expected.scales());
        assertEqual(what + ", " + width + ", codes", actual.codes(), expected.codes());
      }
    }
  }

  private static void assertEqual(String what, byte[] actual, byte[] expected) {
    int at = Arrays.mismatch(actual, expected);
    if (at >= 0) {
      throw new AssertionError("%s: byte %d is %02x, expected %02x".formatted(what, at, actual[at], expected[at]));
    }
  }

  private static @Nullable String refusal(Runnable call) {
    try {
      call.run();
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  private static BlockRows canaries(BlockFormat format, int rows, int stored, int gap) {
    int codesStride = format.codeBytesPerRow(stored) + gap;
    int scalesStride = format.blocksPerRow(stored) + gap;
    byte[] codes = new byte[gap + rows * codesStride + 64];
    byte[] scales = new byte[gap + rows * scalesStride + 64];
    Arrays.fill(codes, CANARY);
    Arrays.fill(scales, CANARY);
    return new BlockRows(codes, gap, codesStride, scales, gap, scalesStride);
  }

  /** A matrix of one input class that lies in a larger array: {@code gap} values before it and between its rows. */
  static FloatRows matrix(BlockInputs inputs, long seed, int rows, int columns, int gap) {
    int stride = columns + gap;
    return new FloatRows(inputs.values(seed, gap + rows * stride), gap, stride, rows, columns);
  }
}
