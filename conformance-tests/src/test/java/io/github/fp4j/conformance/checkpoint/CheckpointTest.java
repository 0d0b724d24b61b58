package io.github.fp4j.conformance.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.Gguf;
import io.github.fp4j.conformance.tensorfile.LayoutReport;
import io.github.fp4j.conformance.tensorfile.QuantizedWeight;
import io.github.fp4j.conformance.tensorfile.Safetensors;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.conformance.tensorfile.TensorWriter;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole files to every layout and back: what is written is what the model makes of the whole tensor at once. */
class CheckpointTest {
  private static final int ROWS = 1100; // more than one piece of the stream
  private static final int COLUMNS = 1024;
  private static final String NAME = "layers.0.mlp.up.weight";

  @TempDir private Path folder;

  private Path input;
  private final float[] values = new float[ROWS * COLUMNS];

  @BeforeEach
  void writeInput() throws IOException {
    Random random = new Random(7);
    FloatElements elements = new FloatElements();
    byte[] bytes = new byte[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * 0.02f;
    }
    values[12345] = -0.4f;
    elements.write(DataType.BF16, values, 0, values.length, MemorySegment.ofArray(bytes), 0);
    TensorInfo weight = new TensorInfo(NAME, DataType.BF16, ROWS, COLUMNS);
    elements.read(Tensor.of(weight, MemorySegment.ofArray(bytes)), 0, values, 0, values.length);
    input = folder.resolve("model.safetensors");
    List<TensorInfo> declared = List.of(weight, new TensorInfo("norm.weight", DataType.F32, 4), new TensorInfo("odd.weight", DataType.F32, 2, 24));
    try (TensorWriter writer = Safetensors.create(input, Map.of("format", "pt"), declared)) {
      writer.append(NAME, MemorySegment.ofArray(bytes));
      writer.append(Tensor.ofFloats("norm.weight", new float[] {1, 2, 3, 4}, 4));
      writer.append(Tensor.ofFloats("odd.weight", new float[48], 2, 24));
      writer.commit();
    }
  }

  private List<TensorOutcome> quantize(QuantizationProfile profile, OutputLayout layout, Path output) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      CheckpointQuantizer quantizer = new CheckpointQuantizer(TensorFile.open(input, arena), profile, layout, new TensorFilter(List.of(), List.of()));
      AtomicLong progress = new AtomicLong();
      List<TensorOutcome> outcomes = quantizer.write(output, 2, progress::addAndGet);
      assertThat(progress.get()).isEqualTo(quantizer.work());
      return outcomes;
    }
  }

  private BlockTensor whole(QuantizationProfile profile) {
    return ReferenceBackend.INSTANCE.blocks().orElseThrow().quantize(profile, Blocking.ROWS, FloatRows.of(values, ROWS, COLUMNS));
  }

  @Test
  void everyLayoutHoldsWhatTheModelMakesAndComesBack() throws IOException {
    record Case(QuantizationProfile profile, OutputLayout layout) {}
    List<Case> cases =
        List.of(
            new Case(Profiles.MODELOPT, OutputLayout.MODELOPT),
            new Case(Profiles.TE_2_15, OutputLayout.MODELOPT),
            new Case(Profiles.COMPRESSED_TENSORS, OutputLayout.COMPRESSED_TENSORS),
            new Case(Profiles.OCP_MX, OutputLayout.MXFP4),
            new Case(Profiles.GGML_NVFP4, OutputLayout.GGML),
            new Case(Profiles.GGML_MXFP4, OutputLayout.GGML));
    for (Case one : cases) {
      Path output = folder.resolve(one.profile().id() + "." + one.layout().id());
      List<TensorOutcome> outcomes = quantize(one.profile(), one.layout(), output);
      assertThat(outcomes).hasSize(3);
      assertThat(outcomes).allMatch(outcome -> outcome instanceof TensorOutcome.Quantized == outcome.tensor().name().equals(NAME));
      BlockTensor expected = whole(one.profile());
      try (Arena arena = Arena.ofConfined()) {
        TensorFile written = TensorFile.open(output, arena);
        List<QuantizedWeight> weights = LayoutReport.of(written.infos()).weights();
        assertThat(weights).as(one.toString()).hasSize(1);
        assertThat(weights.getFirst().name()).isEqualTo(NAME);
        BlockTensor read = new WeightReader(written, weights.getFirst(), WeightReader.profileOf(weights.getFirst().layout())).rows(0, ROWS);
        BlockComparison comparison = BlockComparison.of(expected, read, 3);
        assertThat(comparison.codes()).isEqualTo((long) ROWS * COLUMNS);
        assertThat(comparison.codeDifferences() + comparison.scaleDifferences()).as(one + " " + comparison.first()).isZero();
        assertThat(written.tensor("norm.weight").orElseThrow().toFloats()).containsExactly(1, 2, 3, 4);
      }
    }
  }

  @Test
  void theSameTensorsInAGgufFileGiveTheSameBytes() throws IOException {
    Path safetensors = folder.resolve("q.safetensors");
    Path gguf = folder.resolve("g.safetensors");
    quantize(Profiles.MODELOPT, OutputLayout.MODELOPT, safetensors);
    try (Arena arena = Arena.ofConfined()) {
      TensorFile model = TensorFile.open(input, arena);
      input = folder.resolve("model.gguf");
      try (TensorWriter writer = Gguf.create(input, Map.of(), List.copyOf(model.infos()))) {
        for (Tensor tensor : model.tensors().values()) {
          writer.append(tensor);
        }
        writer.commit();
      }
      quantize(Profiles.MODELOPT, OutputLayout.MODELOPT, gguf);
      TensorFile one = TensorFile.open(safetensors, arena);
      TensorFile other = TensorFile.open(gguf, arena);
      assertThat(other.tensors().keySet()).hasSize(5).isEqualTo(one.tensors().keySet());
      one.tensors().forEach((name, tensor) -> assertThat(other.tensor(name).orElseThrow().data().mismatch(tensor.data())).as(name).isEqualTo(-1));
    }
  }

  @Test
  void dequantisingGivesTheValuesOfTheLayoutsOwnStack() throws IOException {
    Path quantized = folder.resolve("q.safetensors");
    Path restored = folder.resolve("r.safetensors");
    quantize(Profiles.MODELOPT, OutputLayout.MODELOPT, quantized);
    try (Arena arena = Arena.ofShared()) {
      List<String> names = new CheckpointDequantizer(TensorFile.open(quantized, arena), DataType.F32).write(restored, done -> {});
      assertThat(names).containsExactly(NAME);
      TensorFile file = TensorFile.open(restored, arena);
      assertThat(file.tensors().keySet()).containsExactlyInAnyOrder(NAME, "norm.weight", "odd.weight");
      assertThat(Arrays.equals(file.tensor(NAME).orElseThrow().toFloats(), whole(Profiles.MODELOPT).dequantize())).isTrue(); // a million values
    }
  }

  @Test
  void theTensorScaleTurnsRoundBetweenLayouts() throws IOException {
    Path modelopt = folder.resolve("m.safetensors");
    Path compressed = folder.resolve("c.safetensors");
    quantize(Profiles.MODELOPT, OutputLayout.MODELOPT, modelopt);
    quantize(Profiles.MODELOPT, OutputLayout.COMPRESSED_TENSORS, compressed);
    try (Arena arena = Arena.ofConfined()) {
      float decode = TensorFile.open(modelopt, arena).tensor("layers.0.mlp.up.weight_scale_2").orElseThrow().toFloats()[0];
      float encode = TensorFile.open(compressed, arena).tensor("layers.0.mlp.up.weight_global_scale").orElseThrow().toFloats()[0];
      assertThat(decode).isEqualTo(whole(Profiles.MODELOPT).tensorScale());
      assertThat(encode).isEqualTo(1 / decode);
    }
  }

  @Test
  void movingBetweenLayoutsKeepsEveryCodeAndScale() throws IOException {
    Path modelopt = folder.resolve("m.safetensors");
    Path compressed = folder.resolve("c.safetensors");
    Path gguf = folder.resolve("g.gguf");
    Path back = folder.resolve("b.safetensors");
    quantize(Profiles.MODELOPT, OutputLayout.MODELOPT, modelopt);
    try (Arena arena = Arena.ofConfined()) {
      assertThat(new CheckpointRelayout(TensorFile.open(modelopt, arena), OutputLayout.COMPRESSED_TENSORS).write(compressed)).isEqualTo(1);
      assertThat(new CheckpointRelayout(TensorFile.open(compressed, arena), OutputLayout.MODELOPT).write(back)).isEqualTo(1);
      TensorFile first = TensorFile.open(modelopt, arena);
      TensorFile last = TensorFile.open(back, arena);
      for (String name : List.of(NAME, "layers.0.mlp.up.weight_scale")) {
        assertThat(last.tensor(name).orElseThrow().data().mismatch(first.tensor(name).orElseThrow().data())).as(name).isEqualTo(-1);
      }
      assertThat(new CheckpointRelayout(TensorFile.open(modelopt, arena), OutputLayout.GGML).write(gguf)).isEqualTo(1);
      TensorFile blocks = TensorFile.open(gguf, arena);
      assertThat(blocks.metadata().get("fp4j.profile")).hasToString("modelopt");
      QuantizedWeight weight = LayoutReport.of(blocks.infos()).weights().getFirst();
      BlockTensor read = new WeightReader(blocks, weight, Profiles.GGML_NVFP4).rows(0, ROWS);
      BlockComparison comparison = BlockComparison.of(whole(Profiles.MODELOPT), read, 3);
      assertThat(comparison.codeDifferences() + comparison.scaleDifferences()).as(comparison.first().toString()).isZero();
      assertThatThrownBy(() -> new CheckpointRelayout(first, OutputLayout.MXFP4)).hasMessageContaining("layout mxfp4 holds mxfp4");
    }
  }

  @Test
  void aRawFolderHoldsTheProfilesOwnBytes() throws IOException {
    Path raw = folder.resolve("raw");
    float[] few = Arrays.copyOf(values, 8 * COLUMNS);
    new RawQuantizer(Tensor.ofFloats("", few, 8, COLUMNS), Profiles.GGML_NVFP4).write(raw, 2, done -> {});
    BlockTensor expected = ReferenceBackend.INSTANCE.blocks().orElseThrow().quantize(Profiles.GGML_NVFP4, Blocking.ROWS, FloatRows.of(few, 8, COLUMNS));
    BlockTensor read = RawDequantizer.read(raw, Profiles.GGML_NVFP4);
    assertThat(read.codes()).isEqualTo(expected.codes());
    assertThat(read.scales()).isEqualTo(expected.scales());
    assertThat(read.tensorScale()).isEqualTo(expected.tensorScale());
    assertThatThrownBy(() -> new RawQuantizer(Tensor.ofFloats("", few, 8, COLUMNS), Profiles.TE_2_15).write(raw, 1, done -> {}))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void whatCannotBeDoneIsRefusedAndLeavesNothingBehind() throws IOException {
    Path output = folder.resolve("out.safetensors");
    assertThatThrownBy(() -> quantize(Profiles.OCP_MX, OutputLayout.MODELOPT, output)).hasMessageContaining("layout modelopt holds nvfp4").hasMessageContaining("mxfp4");
    assertThatThrownBy(() -> quantize(Profiles.VLLM, OutputLayout.MODELOPT, output)).hasMessageContaining("hardware-only");
    assertThatThrownBy(() -> OutputLayout.byId("nobody")).hasMessageContaining("modelopt, compressed-tensors, mxfp4, ggml, raw");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("model.safetensors");
    }
  }

  /** Every backend that quantises arrays, and the one that reads the file where it is mapped: one table and one file, whatever ran. */
  @Test
  void bytesAndFiguresDoNotDependOnTheKernels() throws IOException {
    Set<List<Object>> results = new HashSet<>();
    int streams = 0;
    try (Arena arena = Arena.ofShared()) {
      Tensor tensor = TensorFile.open(input, arena).tensor(NAME).orElseThrow();
      for (Backend backend : Backends.available()) {
        List<Supplier<Piece>> pieces = new ArrayList<>();
        backend.blocks().filter(kernels -> kernels.supports(Profiles.MODELOPT)).ifPresent(k -> pieces.add(() -> new ArrayPiece(Profiles.MODELOPT, k, n -> {})));
        backend.segments().ifPresent(quantizer -> pieces.add(() -> new SegmentPiece(Profiles.MODELOPT, quantizer, n -> {})));
        for (Supplier<Piece> piece : pieces) {
          try (RowStream stream = new RowStream(2, piece)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            float scale = Profiles.MODELOPT.tensorScaleOf(stream.amax(tensor, ROWS, COLUMNS));
            ErrorFigures figures =
                stream.quantize(
                    tensor,
                    ROWS,
                    COLUMNS,
                    scale,
                    (codes, scales, rows) -> {
                      bytes.write(codes.toArray(ValueLayout.JAVA_BYTE));
                      bytes.write(scales.toArray(ValueLayout.JAVA_BYTE));
                    });
            results.add(List.of(scale, figures, Arrays.hashCode(bytes.toByteArray()), bytes.size()));
            streams++;
          }
        }
      }
    }
    assertThat(streams).isGreaterThanOrEqualTo(2);
    assertThat(results).hasSize(1);
  }

  @Test
  void filtersAreShellPatterns() {
    TensorFilter filter = new TensorFilter(List.of("*.mlp.*", "head?"), List.of("*.bias"));
    assertThat(filter.accepts("a.mlp.up")).isTrue();
    assertThat(filter.accepts("a.mlp.bias")).isFalse();
    assertThat(filter.accepts("head1")).isTrue();
    assertThat(filter.accepts("head")).isFalse();
    assertThat(filter.accepts("aXmlpXup")).isFalse();
    assertThat(new TensorFilter(List.of(), List.of()).accepts("anything")).isTrue();
  }

  @Test
  void suspiciousScalesAreNamed() throws IOException {
    BlockTensor good = whole(Profiles.MODELOPT);
    assertThat(ScaleInspection.of(good).suspicions(good.tensorScale())).isEmpty();
    byte[] scales = good.scales().clone();
    scales[3] = 0x7F;
    scales[4] = 0;
    scales[5] = (byte) 0x81;
    BlockTensor spoiled = new BlockTensor(Profiles.MODELOPT, ROWS, COLUMNS, good.codes(), scales, good.tensorScale());
    List<String> found = new ArrayList<>(ScaleInspection.of(spoiled).suspicions(1 / good.tensorScale()));
    assertThat(found).hasSize(4);
    assertThat(found.get(0)).contains("1 of 70,400 block scales are NaN");
    assertThat(found.get(1)).contains("sign bit");
    assertThat(found.get(2)).contains("1 blocks have scale 0");
    assertThat(found.get(3)).contains("its own reciprocal");
  }

  /** Weights of 0.02 and no tensor scale: a sixth of a block's largest magnitude is below E4M3's smallest normal number, 2^-6. */
  @Test
  void scalesMadeWithoutTheTensorScaleAreNamed() {
    FloatRows few = FloatRows.of(values, 8, COLUMNS);
    BlockRows blocks = BlockRows.allocate(Profiles.MODELOPT.format(), 8, COLUMNS);
    ReferenceQuantizer.quantize(Profiles.MODELOPT, Blocking.ROWS, 1, few, blocks);
    ScaleInspection lost = ScaleInspection.of(new BlockTensor(Profiles.MODELOPT, 8, COLUMNS, blocks.codes(), blocks.scales(), 1));
    assertThat(lost.suspicions(1)).hasSize(1).first().asString().startsWith("512 of the 512 block scales other than 0 are subnormal");
    Arrays.fill(blocks.scales(), 0, 256, (byte) 0x08); // 2^-6, the smallest that is not
    assertThat(ScaleInspection.of(new BlockTensor(Profiles.MODELOPT, 8, COLUMNS, blocks.codes(), blocks.scales(), 1)).suspicions(1)).isEmpty();
  }

  @Test
  void everyExpertsTensorScaleIsLookedAt() {
    BlockTensor good = whole(Profiles.MODELOPT);
    List<String> found = ScaleInspection.of(good).suspicions(1e-4f, 1e-4f, 8960, Float.NaN, 9000);
    assertThat(found).hasSize(2);
    assertThat(found.get(0)).isEqualTo("1 of 5 tensor scales are odd: number 3 is NaN: expected a positive finite number");
    assertThat(found.get(1)).startsWith("2 of 5 tensor scales are odd: number 2 is 8960.0 as a multiplier").contains("its own reciprocal");
  }
}
