package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockComparison.MODEL;
import static io.github.fp4j.simd.BlockComparison.PROFILES;
import static io.github.fp4j.simd.BlockComparison.assertSame;
import static io.github.fp4j.simd.BlockComparison.matrix;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The transpose, both orientations and squares of every width against the reference, byte for byte. */
class BlockOrientationsTest {

  private record Shape(int rows, int columns, int gap) {}

  private static final List<Shape> RAGGED = List.of(new Shape(1, 1, 0), new Shape(33, 47, 0), new Shape(300, 19, 2), new Shape(17, 270, 1));

  private static final int CASES = 25 * 13 + 25 + 6 * 13;

  /** The small shape for every input class; the large one, and where rows are padded a ragged one, for a class that differs from profile to profile. */
  private static List<Shape> shapes(QuantizationProfile profile, BlockInputs inputs, Shape small, Shape large) {
    int turn = PROFILES.indexOf(profile) + inputs.ordinal();
    List<Shape> shapes = new ArrayList<>(List.of(small));
    if (turn % BlockInputs.values().length == 0) {
      shapes.add(large);
    }
    if (profile.raggedRows() == RaggedRows.PAD_WITH_ZEROS) {
      shapes.add(RAGGED.get(turn % RAGGED.size()));
    }
    return shapes;
  }

  private static float tensorScale(QuantizationProfile profile, FloatRows x) {
    return profile.tensorScaleOf(MODEL.amax(profile, x));
  }

  @Test
  void transposed() {
    int cases = 0;
    for (QuantizationProfile profile : PROFILES) {
      for (BlockInputs inputs : BlockInputs.values()) {
        for (Shape shape : shapes(profile, inputs, new Shape(64, 17, 3), new Shape(320, 33, 0))) {
          FloatRows x = matrix(inputs, cases++, shape.rows, shape.columns, shape.gap);
          float tensorScale = tensorScale(profile, x);
          assertSame(
              profile + " of " + inputs + ", " + shape, profile, shape.columns, profile.storedColumns("rows", shape.rows), shape.gap,
              (kernels, to) -> kernels.quantizeTransposed(profile, tensorScale, x, to));
        }
      }
    }
    assertThat(cases).isEqualTo(CASES);
  }

  @Test
  void both() {
    int cases = 0;
    for (QuantizationProfile profile : PROFILES) {
      for (BlockInputs inputs : BlockInputs.values()) {
        for (Shape shape : shapes(profile, inputs, new Shape(64, 64, 1), new Shape(128, 320, 0))) {
          FloatRows x = matrix(inputs, cases++, shape.rows, shape.columns, shape.gap);
          float tensorScale = tensorScale(profile, x);
          int stored = profile.storedColumns("columns", shape.columns);
          int storedRows = profile.storedColumns("rows", shape.rows);
          String what = profile + " of " + inputs + ", " + shape;
          assertSame(
              what + ", rows", profile, shape.rows, stored, shape.gap,
              (kernels, to) -> kernels.quantizeBoth(profile, tensorScale, x, to, BlockRows.allocate(profile.format(), shape.columns, storedRows)));
          assertSame(
              what + ", columns", profile, shape.columns, storedRows, shape.gap,
              (kernels, to) -> kernels.quantizeBoth(profile, tensorScale, x, BlockRows.allocate(profile.format(), shape.rows, stored), to));
        }
      }
    }
    assertThat(cases).isEqualTo(CASES);
  }

  @Test
  void bothInSeveralBands() {
    int cases = 0;
    for (QuantizationProfile profile : List.of(Profiles.TE_2_15, Profiles.OCP_MX)) {
      FloatRows x = matrix(BlockInputs.WIDE_RANGE, 4, 96, 2048, 0); // bands of 32
      float tensorScale = tensorScale(profile, x);
      assertSame(
          profile + ", rows", profile, 96, 2048, 0,
          (kernels, to) -> kernels.quantizeBoth(profile, tensorScale, x, to, BlockRows.allocate(profile.format(), 2048, 96)));
      assertSame(
          profile + ", columns", profile, 2048, 96, 0,
          (kernels, to) -> kernels.quantizeBoth(profile, tensorScale, x, BlockRows.allocate(profile.format(), 96, 2048), to));
      cases += 2;
    }
    assertThat(cases).isEqualTo(4);
  }

  @Test
  void raggedRowsOfTilesAreRefusedByProfilesThatDoNotPad() {
    int cases = 0;
    for (QuantizationProfile profile : PROFILES) {
      FloatRows x = matrix(BlockInputs.GAUSSIAN, cases++, 40, 64, 0);
      assertSame(profile.toString(), profile, 40, 64, 0, (kernels, to) -> kernels.quantizeTiles(profile, tensorScale(profile, x), x, to));
    }
    assertThat(cases).isEqualTo(25);
  }

  @Test
  void tiles() {
    int cases = 0;
    for (QuantizationProfile profile : PROFILES) {
      for (BlockInputs inputs : BlockInputs.values()) {
        for (Shape shape : shapes(profile, inputs, new Shape(64, 64, 3), new Shape(32, 4096 + 64, 0))) {
          FloatRows x = matrix(inputs, cases++, shape.rows, shape.columns, shape.gap);
          float tensorScale = tensorScale(profile, x);
          assertSame(
              profile + " of " + inputs + ", " + shape, profile, shape.rows, profile.storedColumns("columns", shape.columns), shape.gap,
              (kernels, to) -> kernels.quantizeTiles(profile, tensorScale, x, to));
        }
      }
    }
    assertThat(cases).isEqualTo(CASES);
  }
}
