package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.FloatFormat;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProfilesTest {
  private static final String IDS =
      "te-2.15 te-2.14 te-2.8 te-4over6 torchao torchao-mx-floor torchao-mx-rceil torchao-mx-ceil torchao-mx-even modelopt compressed-tensors vllm"
          + " flashinfer-exact ggml-nvfp4 ggml-mxfp4 ocp-mx cublaslt-d microxcaling onnx-text onnx-tests gfloat jax fp4-all-the-way-e8m0 fp4-all-the-way-240"
          + " fp4-all-the-way-448 fp4-all-the-way-ue5m3";

  @Test
  void theIdsAreTheseAndAllResolve() {
    assertThat(Profiles.all()).extracting(QuantizationProfile::id).containsExactly(IDS.split(" "));
    for (String id : IDS.split(" ")) {
      QuantizationProfile profile = Profiles.byId(id);
      assertThat(profile.id()).isEqualTo(id);
      assertThat(profile.source()).containsPattern("^[^:]*(mid-2026|2026-05-22|2505\\.19115|v1\\.0| \\d+(\\.\\d+)+| 13 documentation)").containsPattern("\\((read|quoted|run|formula read)");
    }
    assertThatThrownBy(() -> Profiles.byId("te-3")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("te-3").hasMessageContaining("te-2.15");
  }

  @Test
  void hardwareOnlySaysWhyAndNamesANeighbourThatRuns() {
    assertThat(BlockQuantizations.REFERENCE.supports(Profiles.VLLM)).isFalse();
    assertThatThrownBy(() -> BlockQuantizations.quantizeRow(Profiles.VLLM, new float[16]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hardware-only")
        .hasMessageContaining("rcp.approx")
        .hasMessageContaining("flashinfer-exact");
    for (QuantizationProfile profile : Profiles.all()) {
      if (profile.exactness() instanceof Exactness.HardwareOnly(String _, String neighbour)) {
        assertThat(Profiles.byId(neighbour).isCpuExact()).isTrue();
      } else {
        assertThat(BlockQuantizations.REFERENCE.supports(profile)).isTrue();
      }
    }
  }

  @Test
  void raggedRowsArePaddedOrRefusedByName() {
    float[] row = new float[40];
    Arrays.fill(row, 3);
    assertThatThrownBy(() -> BlockQuantizations.quantizeRow(Profiles.TE_2_15, row))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("columns = 40 is not a multiple of 16")
        .hasMessageContaining("48");
    assertThatThrownBy(() -> BlockQuantizations.quantize(Profiles.GGML_NVFP4, Blocking.TRANSPOSED, FloatRows.of(new float[48 * 2], 48, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows = 48 is not a multiple of 64");
    BlockTensor padded = BlockQuantizations.quantizeRow(Profiles.MODELOPT, row);
    assertThat(padded.columns()).isEqualTo(40);
    assertThat(padded.storedColumns()).isEqualTo(48);
    assertThat(padded.codes()).hasSize(24);
    assertThat(padded.scales()).hasSize(3);
    assertThat(padded.code(0, 40)).isZero();
    assertThat(padded.dequantize()).hasSize(40).containsOnly(3f);
  }

  @Test
  void anMxRuleRunsOverEveryMxFormat() {
    for (BlockFormat format : BlockFormat.named()) {
      if (format == BlockFormat.NVFP4) {
        continue;
      }
      for (QuantizationProfile mx : new QuantizationProfile[] {Profiles.OCP_MX, Profiles.TORCHAO_MX_RCEIL, Profiles.TORCHAO_MX_EVEN}) {
        QuantizationProfile profile = mx.with(format);
        FloatRows x = FloatRows.of(BlockInputs.GAUSSIAN.values(8, 4096), 64, 64);
        BlockTensor tensor = BlockQuantizations.quantize(profile, Blocking.ROWS, x);
        assertThat(tensor.codes()).hasSize(4096 / format.codesPerByte());
        double floor = format.element().mantissaBits() == 1 ? 15 : format.element().mantissaBits() == 2 ? 24 : 30;
        assertThat(ErrorFigures.of(x, tensor).sqnr()).as("%s %s", mx, format).isBetween(floor, floor + 8);
      }
    }
    assertThat(BlockFormat.MXFP8_E4M3.elementMaxExponent()).isEqualTo(8);
    assertThat(BlockFormat.MXFP6_E3M2.elementMaxExponent()).isEqualTo(4);
    assertThat(BlockFormat.byName("MXFP6-E2M3")).contains(BlockFormat.MXFP6_E2M3);
  }

  @Test
  void gfloatRefusesNan() {
    float[] row = new float[32];
    row[3] = Float.NaN;
    assertThatThrownBy(() -> BlockQuantizations.quantizeRow(Profiles.GFLOAT, row)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("NaN");
  }

  @Test
  void microxcalingAddsHalfInFloat() { // floor(|y| + 0.5): the float below the first midpoint goes up too
    float[] row = new float[32];
    row[0] = 4;
    row[1] = Math.nextDown(0.25f);
    row[2] = -0.25f; // section m, table 1: 9 for "nearest"
    row[3] = Math.nextDown(Math.nextDown(0.25f));
    row[4] = 2.5f;
    row[5] = 5f;
    row[6] = -0f;
    BlockTensor tensor = BlockQuantizations.quantizeRow(Profiles.MICROXCALING, row);
    int[] codes = {6, 1, 9, 0, 5, 7, 0};
    for (int i = 0; i < codes.length; i++) {
      assertThat(tensor.code(0, i)).as("element %d", i).isEqualTo(i == 0 ? 6 : codes[i]);
    }
  }

  @Test
  void scaleFormatsAreCheckedAgainstTheRules() {
    assertThatThrownBy(() -> Profiles.OCP_MX.with(new BlockFormat("odd", FloatFormat.E2M1, FloatFormat.UE4M3, 16, false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EXPONENT_FLOOR");
  }
}
