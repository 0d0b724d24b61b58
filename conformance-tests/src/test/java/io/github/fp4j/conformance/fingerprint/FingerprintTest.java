package io.github.fp4j.conformance.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.conformance.suite.GemmStub;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Discriminator;
import io.github.fp4j.formats.gemm.Discriminators;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every model of the catalogue is found out when it plays the device. */
class FingerprintTest {
  private static final int MODELS = 42;

  /** A model counts once for each format that it takes. */
  private static final int PAIRS = 97;

  private static List<AccumulationModel> sameAs(AccumulationModel model, OperandFormat format) {
    return Fingerprint.functions(Fingerprint.candidates(format)).stream().filter(group -> group.contains(model)).findFirst().orElseThrow();
  }

  @Test
  void everyModelOfTheCatalogueIsIdentifiedInEveryFormatThatItTakes() {
    assertThat(Fingerprint.candidates(OperandFormat.NVFP4)).hasSize(13);
    assertThat(Fingerprint.candidates(OperandFormat.MXFP4)).hasSize(6);
    Set<AccumulationModel> played = new HashSet<>();
    int pairs = 0;
    for (OperandFormat format : Fingerprint.FORMATS) {
      for (AccumulationModel model : Fingerprint.candidates(format)) {
        Fingerprint fingerprint = Fingerprint.of(format, Device.playing(model), 1);
        assertThat(fingerprint.remaining()).as(format + " " + model).containsExactlyElementsOf(sameAs(model, format));
        assertThat(fingerprint.steps()).as(format + " " + model).hasSizeLessThanOrEqualTo(40);
        assertThat(fingerprint.steps().stream().flatMap(step -> step.excluded().stream()).map(Fingerprint.Exclusion::model))
            .as("each of the others is ruled out once by " + format)
            .containsExactlyInAnyOrderElementsOf(
                Fingerprint.candidates(format).stream().filter(other -> !sameAs(model, format).contains(other)).toList());
        played.add(model);
        pairs++;
      }
    }
    assertThat(AccumulationModels.all()).hasSize(MODELS).allMatch(played::contains);
    assertThat(pairs).as("models by formats").isEqualTo(PAIRS);
  }

  private static List<List<String>> sameNames(OperandFormat format) {
    return Fingerprint.functions(Fingerprint.candidates(format)).stream()
        .filter(group -> group.size() > 1)
        .map(group -> group.stream().map(AccumulationModel::id).toList())
        .toList();
  }

  @Test
  void modelsOfOneDefinitionAreNamedTogether() {
    assertThat(sameNames(OperandFormat.FP16))
        .containsExactly(
            List.of("turing-fp16-fp32", "ampere-fp16-fp32", "ada-fp16-fp32"),
            List.of("turing-fp16-fp16", "ampere-fp16-fp16", "ada-fp16-fp16"),
            List.of("hopper-fp16-fp32", "blackwell-fp16-fp32"),
            List.of("hopper-fp16-fp16", "blackwell-fp16-fp16"));
    assertThat(sameNames(OperandFormat.BF16)).containsExactly(List.of("ampere-bf16", "ada-bf16"), List.of("hopper-bf16", "blackwell-bf16"));
    assertThat(sameNames(OperandFormat.TF32)).containsExactly(List.of("ampere-tf32", "ada-tf32"), List.of("hopper-tf32", "blackwell-tf32"));
    assertThat(Fingerprint.FORMATS.stream().filter(format -> !sameNames(format).isEmpty()))
        .containsExactly(OperandFormat.FP16, OperandFormat.BF16, OperandFormat.TF32);
    Fingerprint fingerprint = Fingerprint.of(OperandFormat.FP16, Device.playing(AccumulationModels.byId("hopper-fp16-fp16")), 1);
    assertThat(fingerprint.verdict()).startsWith("hopper-fp16-fp16 = blackwell-fp16-fp16, by definition the same function (40 vectors, ");
  }

  @Test
  void everyModelIsIdentifiedByVectorsThatAreChosenBeforehand() {
    for (OperandFormat format : Fingerprint.FORMATS) {
      List<GemmVector> vectors = Fingerprint.vectors(format, 1);
      assertThat(vectors).hasSize(40);
      for (AccumulationModel model : Fingerprint.candidates(format)) {
        assertThat(Fingerprint.of(format, Device.playing(model), 1, vectors).remaining())
            .as(format + " " + model)
            .containsExactlyElementsOf(sameAs(model, format));
      }
    }
  }

  @Test
  void whatTheStockVectorsDoNotTellApartIsSearchedFor() {
    Fingerprint fingerprint = Fingerprint.of(OperandFormat.NVFP4, Device.playing(AccumulationModels.NVFP4_F37), 1);
    List<GemmVector> decisive = fingerprint.steps().stream().filter(step -> !step.excluded().isEmpty()).map(Fingerprint.Step::vector).toList();
    assertThat(decisive).hasSizeLessThanOrEqualTo(8).anyMatch(vector -> vector.id().startsWith("S")).anyMatch(vector -> vector.id().startsWith("V"));
    Fingerprint again = Fingerprint.of(OperandFormat.NVFP4, Device.playing(AccumulationModels.NVFP4_F37), 1);
    assertThat(FingerprintCard.json("", Map.of(), again, "")).isEqualTo(FingerprintCard.json("", Map.of(), fingerprint, ""));
  }

  @Test
  void aDeviceThatFollowsNoModelIsNotGivenAName() {
    AccumulationModel f35 = AccumulationModels.NVFP4_GST_F35;
    AccumulationModel nearest = new AccumulationModel("f35-rne", "1", "none", f35.operands(), f35.step(), Addend.FUSED, Output.FP32_RNE);
    Fingerprint fingerprint = Fingerprint.of(OperandFormat.NVFP4, Device.playing(nearest), 1);
    assertThat(fingerprint.remaining()).isEmpty();
    assertThat(fingerprint.verdict()).startsWith("no published model gives the device's answers");
  }

  @Test
  void modelsThatTheSearchDoesNotTellApartAreReportedTogether() {
    AccumulationModel f35 = AccumulationModels.NVFP4_GST_F35;
    AccumulationModel other = AccumulationModels.NVFP4_F36;
    VectorSearch search = new VectorSearch(OperandFormat.NVFP4, 1);
    assertThat(search.splitting(List.of(f35, f35))).isEmpty();
    assertThat(search.next().id()).as("all were tried").isEqualTo("S" + (VectorSearch.LIMIT + 1));
    assertThat(new Fingerprint(OperandFormat.NVFP4, 1, List.of(), List.of(f35, other)).verdict())
        .isEqualTo("nvfp4-gst-f35 or nvfp4-f36: not told apart by 20,000 vectors searched (0 vectors, 0 of which only confirm)");
  }

  @Test
  void kernelsWithAnAccumulatorOfTheirOwnAreAsked() {
    GemmStub kernels = new GemmStub(GemmKernels.OWN, AccumulationModels.BEAM_36_36, GemmStub.Operands::new);
    assertThat(Fingerprint.of(OperandFormat.NVFP4, Device.of(kernels), 1).remaining()).containsExactly(AccumulationModels.BEAM_36_36);
  }

  @Test
  void permutationsAreDistinctAndKeepThePublishedAnswers() {
    Set<String> ids = new HashSet<>();
    int count = 0;
    for (Discriminator vector : Discriminators.all()) {
      List<Discriminator> orders = Permutations.of(vector);
      assertThat(orders.getFirst()).isSameAs(vector);
      assertThat(orders.stream().map(Discriminator::groups).collect(Collectors.toSet())).hasSameSizeAs(orders);
      for (Discriminator order : orders) {
        ids.add(order.id());
        order.expected().forEach(
            (model, bits) -> assertThat(GemmVector.of(order).answer(AccumulationModels.byId(model))).as(order.id() + " " + model).isEqualTo(bits));
      }
      count += orders.size();
    }
    assertThat(count).isEqualTo(5 * 24 + 3 * 12 + 4 + 6).isEqualTo(ids.size());
  }
}
