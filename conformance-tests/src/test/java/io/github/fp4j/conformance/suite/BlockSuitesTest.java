package io.github.fp4j.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is asked about blocks is counted, and complete where it says so. */
class BlockSuitesTest {
  private static final int CPU_EXACT = 25;
  private final Map<String, CoverageClass> classes =
      BlockSuites.at(Level.QUICK).stream().collect(Collectors.toMap(CoverageClass::id, Function.identity()));

  private long cases(String id) {
    return classes.get(id).cases();
  }

  private long count(String prefix) {
    return classes.keySet().stream().filter(id -> id.startsWith(prefix)).count();
  }

  @Test
  void everyProfileThatACpuComputesIsAsked() {
    assertThat(Profiles.all().stream().filter(QuantizationProfile::isCpuExact)).hasSize(CPU_EXACT);
    assertThat(count("X5/")).isEqualTo(CPU_EXACT);
    assertThat(count("X7/")).isEqualTo(CPU_EXACT);
    assertThat(count("X8/codes/")).isEqualTo(CPU_EXACT);
    assertThat(count("X8/scales/")).isEqualTo(ScaleLayout.values().length);
    assertThat(count("XQ/")).isEqualTo(7 * CPU_EXACT);
    assertThat(count("XH/")).isEqualTo(1 + 2 * 16);
  }

  @Test
  void restoringHasEveryScaleByteWithEveryCode() {
    assertThat(cases("X5/ocp-mx")).isEqualTo(4096);
    assertThat(cases("X5/ggml-nvfp4")).isEqualTo(4096);
    assertThat(cases("X5/te-2.15")).isEqualTo(5 * 4096); // five tensor scales
  }

  @Test
  void aScaleByteOfE4m3HasABoundaryForEachCodeFromOneTo448() {
    float unit = BlockInput.unitTensorScale(Profiles.TE_2_15);
    List<Integer> boundaries = ScaleBoundaryClass.boundaries(Profiles.TE_2_15, unit);
    assertThat(boundaries).hasSize(126).isSorted().doesNotHaveDuplicates();
    assertThat(ScaleBoundaryClass.boundaries(Profiles.GGML_NVFP4, 1)).hasSize(126 - 6); // the six codes from 256 to 416 cannot be reached
    assertThat(ScaleBoundaryClass.boundaries(Profiles.TORCHAO, unit)).hasSize(126 - 8); // no code below 2^-6
    assertThat(ScaleBoundaryClass.boundaries(Profiles.TORCHAO_MX_RCEIL, 1)).hasSizeBetween(250, 254);
  }

  @Test
  void boundariesAreAskedWithTheirNeighboursUnderTwelveTensorScales() {
    long boundaries = 0;
    for (float amax : new float[] {1, 6, 2688, 3.1415927f, 0.0123f, 1e-37f, 1e-42f, Float.MIN_VALUE, 0, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN}) {
      boundaries += ScaleBoundaryClass.boundaries(Profiles.TE_2_15, Profiles.TE_2_15.tensorScaleOf(amax)).size();
    }
    assertThat(cases("X7/te-2.15")).isEqualTo((3 * boundaries + 12 * (10 + 3)) * (1 + 16));
  }

  @Test
  void layoutsCountTheirPadding() {
    assertThat(cases("X8/codes/te-2.15")).isEqualTo(32 * (32 + 2) + 32 * 32);
    assertThat(cases("X8/codes/ggml-nvfp4")).isEqualTo(128 * (128 + 8) + 128 * 128);
    long edges = 1 + 4 + 15 + 21 + 32 + 217 + 297 + 381 + 512 + 645 + 3400 + 2048 + 12000;
    long tilesOfEdges = 1 + 1 + 2 + 1 + 1 + 2 + 3 + 1 + 1 + 2 * 2 + 2 * 5 + 2 * 2 + 3 * 10;
    long scales = 0;
    long tiles = 0;
    for (int i = 0; i < 300; i++) {
      int columns = (7 * i + i / 40) % 40 + 1;
      scales += (i + 1) * columns;
      tiles += (i / 128 + 1) * ((columns + 3) / 4);
    }
    assertThat(cases("X8/scales/linear")).isEqualTo(2 * (edges + scales));
    assertThat(cases("X8/scales/128x4")).isEqualTo(512 * (tilesOfEdges + tiles) + edges + scales);
  }

  @Test
  void atTheFullLevelLayoutsMeetEveryShapeToThreeHundredByForty() {
    Map<String, CoverageClass> full = BlockSuites.at(Level.FULL).stream().collect(Collectors.toMap(CoverageClass::id, Function.identity()));
    long scales = 300 * 301 / 2 * (40 * 41 / 2);
    assertThat(full.get("X8/scales/linear").cases()).isEqualTo(2 * scales);
    long tiles = (128 + 2 * 128 + 3 * 44) * (4 * (10 * 11 / 2)); // rows of tiles times tiles in a row
    assertThat(full.get("X8/scales/128x4").cases()).isEqualTo(512 * tiles + scales);
    assertThat(classes.get("X8/scales/128x4").exhaustive()).isFalse();
  }

  @Test
  void transformsOfEveryPowerOfTwoHaveTwoRowsAtLeast() {
    for (int size = 2; size <= 65536; size *= 2) {
      long cases = 9 * Math.max(8 * 256, 2 * size);
      assertThat(cases("XH/plain-" + size)).isEqualTo(cases);
      assertThat(cases("XH/random-signs-" + size)).isEqualTo(cases);
    }
  }

  @Test
  void profilesMeetNineKindsOfInputAndARaggedShape() {
    int matrices = BlockInput.values().length;
    assertThat(matrices).isEqualTo(9);
    assertThat(cases("XQ/te-2.15/amax")).isEqualTo(matrices + 1);
    assertThat(cases("XQ/te-2.15/amax-places")).isEqualTo(5 * 5 * 77);
    assertThat(cases("XQ/te-2.15/quantize")).isEqualTo(matrices * 32 * (64 + 4) + 1); // the ragged shape is refused: one case
    assertThat(cases("XQ/te-2.15/quantize-both")).isEqualTo(matrices * (32 * (64 + 4) + 64 * (32 + 2)) + 2);
    assertThat(cases("XQ/ocp-mx/quantize")).isEqualTo(matrices * 32 * (64 + 2) + 37 * (96 + 3)); // 75 columns are padded to 96
    assertThat(cases("XQ/ocp-mx/quantize-transposed")).isEqualTo(matrices * 64 * (32 + 1) + 75 * (64 + 2));
    assertThat(cases("XQ/ggml-nvfp4/dequantize")).isEqualTo(matrices * 64 * 64 + 1);
  }

  @Test
  void stochasticRoundingIsAskedWithBothMappingsOfBytes() {
    assertThat(classes.keySet())
        .contains("X9/te-2.15/carry-8-element", "X9/te-2.15/carry-8-ptx", "X9/te-2.15/fma-8-element", "X9/te-2.15/fma-8-ptx", "X9/te-2.15/carry-32");
    assertThat(cases("X9/te-2.15/carry-8-ptx")).isEqualTo(9 * 8 * (128 + 8));
  }

  @Test
  void moreMatricesAreAskedAtHigherLevels() {
    Map<Level, Long> cases =
        List.of(Level.values()).stream()
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    level -> BlockSuites.at(level).stream().filter(one -> one.id().equals("XQ/te-2.15/amax")).findFirst().orElseThrow().cases()));
    assertThat(cases).containsEntry(Level.QUICK, 10L).containsEntry(Level.STANDARD, 37L).containsEntry(Level.FULL, 577L);
  }

  @Test
  void inputsAreTheSameEverywhere() {
    for (BlockInput input : BlockInput.values()) {
      assertThat(input.values(7, 8, 32)).as(input.label()).isEqualTo(input.values(7, 8, 32)).isNotEqualTo(input.values(8, 8, 32));
    }
    assertThat(BlockInput.GAUSSIAN_FP32.values(0, 1, 1)[0]).isEqualTo((float) new Random(0).nextGaussian());
  }

  @Test
  void inputsAreOfTheirKind() {
    assertThat(BlockInput.GAUSSIAN_BF16.values(1, 64, 64)).satisfies(v -> {
      for (float value : v) {
        assertThat(Float.floatToRawIntBits(value) & 0xFFFF).isZero();
      }
    });
    float[] subnormals = BlockInput.SUBNORMALS.values(1, 64, 64);
    int below = 0;
    for (float value : subnormals) {
      below += Math.abs(value) < Float.MIN_NORMAL ? 1 : 0;
    }
    assertThat(below).isBetween(3000, 4095);
    float[] special = BlockInput.INFINITY_AND_NAN.values(1, 64, 64);
    int nan = 0;
    int infinite = 0;
    for (float value : special) {
      nan += Float.isNaN(value) ? 1 : 0;
      infinite += Float.isInfinite(value) ? 1 : 0;
    }
    assertThat(nan).isPositive();
    assertThat(infinite).isPositive();
  }
}
