package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.suite.Level;
import io.github.fp4j.conformance.suite.Suites;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The peers do what their profiles here say, bit for bit, where {@code conformance-tests/peers/fetch} could get them; elsewhere they say why they cannot be asked. */
class PeersTest {
  @BeforeEach
  void sayWhereTheRepositoryIs() {
    System.setProperty(PeerLibrary.HOME_PROPERTY, Path.of("..").toAbsolutePath().normalize().toString());
  }

  @AfterEach
  void forget() {
    System.clearProperty(PeerLibrary.HOME_PROPERTY);
  }

  private static List<ClassResult> asked(Peer peer) throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      return new Judge(Suites.at(Level.QUICK), 20)
          .judge(List.of(peer), workers, Judge.Listener.SILENT).stream().filter(result -> result.verdict() != Verdict.UNSUPPORTED).toList();
    }
  }

  @Test
  void ggmlDoesWhatItsTwoProfilesSay() throws InterruptedException {
    Ggml ggml = Ggml.find();
    List<ClassResult> results = asked(ggml);
    if (ggml.availability() instanceof Availability.Unavailable(String reason)) {
      assertThat(results).isNotEmpty().allMatch(result -> result.verdict() == Verdict.NOT_RUN && result.reason().equals(reason));
      assertThat(ggml.blocks()).isEmpty();
      return;
    }
    assertThat(results).extracting(ClassResult::id)
        .containsExactly(
            "X5/ggml-nvfp4", "X5/ggml-mxfp4", "X7/ggml-nvfp4", "X7/ggml-mxfp4", "X8/codes/ggml-nvfp4", "X8/codes/ggml-mxfp4", "XQ/ggml-nvfp4/quantize",
            "XQ/ggml-nvfp4/dequantize", "XQ/ggml-mxfp4/quantize", "XQ/ggml-mxfp4/dequantize");
    assertThat(results).allSatisfy(result -> assertThat(result.verdict()).as(result.id()).isEqualTo(Verdict.PASS));
    assertThat(ggml.description()).startsWith("ggml ").contains("libggml-base.so");
    assertThat(RivalDifference.among(List.of(ggml))).hasSize(2 * 9).allMatch(difference -> difference.unlikeOwnProfile() == 0);
  }

  @Test
  void onnxRuntimeCastsAsItsConversionsSay() throws InterruptedException {
    OnnxRuntime runtime = OnnxRuntime.find();
    List<ClassResult> results = asked(runtime);
    if (runtime.availability() instanceof Availability.Unavailable(String reason)) {
      assertThat(results).isNotEmpty().allMatch(result -> result.verdict() == Verdict.NOT_RUN && result.reason().equals(reason));
      assertThat(runtime.conversions()).isEmpty();
      return;
    }
    assertThat(results).extracting(ClassResult::id)
        .contains(
            "X1/e4m3", "X1/e5m2", "X1/ue8m0", "X2/e4m3/nearest-even/saturate/signed-nan", "X2/e5m2/nearest-even/saturate/signed-nan",
            "X2/ue8m0/up/saturate/negative-smallest");
    assertThat(results).allSatisfy(result -> assertThat(result.verdict()).as(result.id()).isEqualTo(Verdict.PASS));
  }
}
