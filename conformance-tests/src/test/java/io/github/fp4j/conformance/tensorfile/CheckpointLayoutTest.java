package io.github.fp4j.conformance.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CheckpointLayoutTest {
  private static List<String> described(CheckpointLayout layout, String name, long... shape) {
    return layout.describe(name, shape).tensors().stream().map(TensorInfo::toString).toList();
  }

  /** Spec nvfp4-implementations.md, section g, "Checkpoint tensors", and section f for ggml. */
  @Test
  void namesTypesAndShapesAreThoseOfTheStacks() {
    assertThat(described(CheckpointLayout.MODELOPT, "l.0.up.weight", 8, 64))
        .containsExactly("l.0.up.weight U8[8, 32]", "l.0.up.weight_scale F8_E4M3[8, 4]", "l.0.up.weight_scale_2 F32[]");
    assertThat(described(CheckpointLayout.COMPRESSED_TENSORS, "l.0.up.weight", 8, 64))
        .containsExactly("l.0.up.weight_packed U8[8, 32]", "l.0.up.weight_scale F8_E4M3[8, 4]", "l.0.up.weight_global_scale F32[1]");
    assertThat(described(CheckpointLayout.MXFP4, "l.0.experts.gate_up_proj", 2, 8, 64))
        .containsExactly("l.0.experts.gate_up_proj_blocks U8[2, 8, 2, 16]", "l.0.experts.gate_up_proj_scales U8[2, 8, 2]");
    assertThat(described(CheckpointLayout.GGML_NVFP4, "blk.0.ffn_up.weight", 8, 64))
        .containsExactly("blk.0.ffn_up.weight NVFP4[8, 64]", "blk.0.ffn_up.scale F32[1]");
    assertThat(described(CheckpointLayout.GGML_MXFP4, "blk.0.ffn_up.weight", 8, 64)).containsExactly("blk.0.ffn_up.weight MXFP4[8, 64]");
    assertThat(CheckpointLayout.MODELOPT.describe("x.weight", 1, 16).withInputScale().inputScale()).map(TensorInfo::toString).contains("x.input_scale F32[]");
    assertThat(CheckpointLayout.COMPRESSED_TENSORS.describe("x.weight", 1, 16).withInputScale().inputScale())
        .map(TensorInfo::toString).contains("x.input_global_scale F32[1]");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDescribedIsRecognised(CheckpointLayout layout) {
    for (boolean withInputScale : new boolean[] {false, layout.direction() != TensorScaleDirection.NONE}) {
      for (long[] shape : new long[][] {{64}, {3, 128}, {2, 3, 192}}) {
        QuantizedWeight weight = layout.describe("a.weight", shape);
        weight = withInputScale ? weight.withInputScale() : weight;
        List<TensorInfo> tensors = new ArrayList<>(weight.tensors());
        tensors.add(new TensorInfo("a.bias", DataType.BF16, 3));
        LayoutReport report = LayoutReport.of(tensors.reversed());
        assertThat(report.problems()).isEmpty();
        assertThat(report.layouts()).containsExactly(layout);
        QuantizedWeight found = report.weights().getFirst();
        assertThat(found.name()).isEqualTo("a.weight");
        assertThat(found.shape()).containsExactly(shape);
        assertThat(found.columns()).isEqualTo(shape[shape.length - 1]);
        assertThat(found.rows()).isEqualTo(Arrays.stream(shape).reduce(1, (a, b) -> a * b) / found.columns());
        assertThat(found.rowsPerTensorScale()).isEqualTo(found.rows());
        assertThat(found.tensors().stream().map(TensorInfo::toString)).isEqualTo(weight.tensors().stream().map(TensorInfo::toString).toList());
      }
    }
  }

  @Test
  void aTensorScaleForEachExpertIsRecognised() {
    List<TensorInfo> tensors = List.of(new TensorInfo("blk.0.up_exps.weight", DataType.NVFP4, 4, 8, 64), new TensorInfo("blk.0.up_exps.scale", DataType.F32, 4));
    assertThat(LayoutReport.of(tensors).weights()).singleElement().extracting(QuantizedWeight::rowsPerTensorScale).isEqualTo(8L);
  }

  @Test
  void weightsOfAFileAreFound() throws IOException {
    LayoutReport report = LayoutReport.of(Fixtures.parse("all_types.gguf").infos());
    assertThat(report.layouts()).containsExactly(CheckpointLayout.GGML_NVFP4, CheckpointLayout.GGML_MXFP4);
    assertThat(report.weights()).extracting(QuantizedWeight::name).containsExactly("blk.0.up.weight", "blk.0.down.weight");
    assertThat(report.weights().getFirst().tensorScale()).isPresent();
    assertThat(report.weights().getFirst().direction()).isEqualTo(TensorScaleDirection.DECODE);
  }

  @Test
  void otherQuantisedCheckpointsAreLeftAlone() {
    List<TensorInfo> tensors =
        List.of(
            new TensorInfo("fp8.weight", DataType.F8_E4M3, 8, 32), new TensorInfo("fp8.weight_scale", DataType.F32),
            new TensorInfo("int4.weight_packed", DataType.I32, 8, 8), new TensorInfo("int4.weight_scale", DataType.BF16, 8, 1),
            new TensorInfo("bnb.weight", DataType.U8, 64, 1), new TensorInfo("mxfp4.weight", DataType.U8, 8, 32), new TensorInfo("mxfp4.weight_scale", DataType.U8, 8, 2),
            new TensorInfo("x_blocks", DataType.U8, 4), new TensorInfo("x_scales", DataType.U8, 4));
    assertThat(LayoutReport.of(tensors)).isEqualTo(new LayoutReport(List.of(), List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "U8 | 8 | 32 | F8_E4M3 | 128 | 4 | F32 | 1 | tensor \"a.weight_scale\": shape [128, 4], expected [8, 4] in the layout modelopt",
        "U8 | 8 | 32 | F8_E4M3 | 8 | 4 | F16 | 1 | tensor \"a.weight_scale_2\": F16[1], expected one F32 element",
        "U8 | 8 | 32 | F8_E4M3 | 8 | 4 | F32 | 3 | tensor \"a.weight_scale_2\": F32[3], expected one F32 element"
      })
  void whatBreaksTheRulesIsReported(DataType codes, long rows, long bytes, DataType scales, long scaleRows, long scaleColumns, DataType last, long count, String problem) {
    List<TensorInfo> tensors =
        List.of(
            new TensorInfo("a.weight", codes, rows, bytes), new TensorInfo("a.weight_scale", scales, scaleRows, scaleColumns),
            new TensorInfo("a.weight_scale_2", last, count));
    assertThat(LayoutReport.of(tensors)).isEqualTo(new LayoutReport(List.of(), List.of(problem)));
  }

  @Test
  void aMissingTensorScaleIsReportedUnlessGgmlAllowsIt() {
    List<TensorInfo> tensors = List.of(new TensorInfo("a.weight_packed", DataType.U8, 8, 32), new TensorInfo("a.weight_scale", DataType.F8_E4M3, 8, 4));
    assertThat(LayoutReport.of(tensors).problems())
        .containsExactly("weight \"a.weight\" has no \"a.weight_global_scale\", which the layout compressed-tensors needs");
    assertThat(LayoutReport.of(List.of(new TensorInfo("a.weight", DataType.NVFP4, 1, 64))).weights()).hasSize(1);
  }

  @Test
  void tensorScalesTurnIntoFactors() {
    assertThat(TensorScaleDirection.DECODE.toDecodeScale(0.25f)).isEqualTo(0.25f);
    assertThat(TensorScaleDirection.ENCODE.toDecodeScale(2688f / 3f)).isEqualTo(1.0f / 896f);
    assertThat(TensorScaleDirection.ENCODE.fromDecodeScale(0.125f)).isEqualTo(8f);
    assertThat(TensorScaleDirection.NONE.toDecodeScale(7)).isEqualTo(1);
  }

  @Test
  void refusesAShapeOrNameThatTheLayoutCannotHold() {
    assertThatIllegalArgumentException().isThrownBy(() -> CheckpointLayout.GGML_NVFP4.describe("a.weight", 2, 32))
        .withMessage("weight \"a.weight\" of shape [2, 32]: the layout ggml-nvfp4 needs a last extent that is a multiple of 64");
    assertThatIllegalArgumentException().isThrownBy(() -> CheckpointLayout.MODELOPT.describe("experts.up", 2, 32))
        .withMessage("weight \"experts.up\": the layout modelopt needs a name that ends in .weight");
    assertThatIllegalArgumentException().isThrownBy(() -> CheckpointLayout.MXFP4.describe("a", 2, 32).withInputScale())
        .withMessage("the layout mxfp4 has no input scale");
  }
}
