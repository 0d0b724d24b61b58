package io.github.fp4j.conformance.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.judge.StubBackend.Fault;
import io.github.fp4j.conformance.suite.Level;
import io.github.fp4j.conformance.suite.Suites;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Rounding;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Every verdict is reached, by a subject that is wrong in exactly one way. */
class JudgeTest {
  private static ClassResult judge(Backend subject, String id) throws InterruptedException {
    List<CoverageClass> questions = Suites.at(Level.QUICK).stream().filter(question -> question.id().equals(id)).toList();
    try (Workers workers = new Workers(2)) {
      return new Judge(questions, 20).judge(List.of(subject), workers, Judge.Listener.SILENT).getFirst();
    }
  }

  private static StubBackend encodingAs(UnaryOperator<Conversion> wrong) {
    return new StubBackend(
        (conversion, values, offset, codes, codesOffset, length) -> {
          for (int i = 0; i < length; i++) {
            codes[codesOffset + i] = (byte) ReferenceCodec.encode(wrong.apply(conversion), values[offset + i]);
          }
        });
  }

  @Test
  void theReferencePassesEveryClassCompletely() throws InterruptedException {
    List<CoverageClass> questions = Suites.at(Level.QUICK);
    try (Workers workers = new Workers(2)) {
      List<ClassResult> results = new Judge(questions, 20).judge(List.of(ReferenceBackend.INSTANCE), workers, Judge.Listener.SILENT);
      assertThat(results).hasSize(questions.size());
      assertThat(results.stream().filter(result -> result.verdict() == Verdict.UNSUPPORTED).map(ClassResult::id))
          .as("the reference has no accumulator of its own, and no step in one pass")
          .containsExactlyInAnyOrder(
              "X4/codes/own", "X4/scales/own", "XG/nvfp4/own", "XG/mxfp4/own", "XG/own/float32-nvfp4", "XG/own/float32-mxfp4", "XO/coded-adam");
      assertThat(results)
          .filteredOn(result -> result.verdict() != Verdict.UNSUPPORTED)
          .allMatch(result -> result.verdict() == Verdict.PASS && result.judged() == result.cases());
    }
  }

  @Test
  void tiesAwayAreAMismatchThatTheThresholdsAllShow() throws InterruptedException {
    ClassResult result = judge(encodingAs(conversion -> conversion.with(Rounding.NEAREST_AWAY)), "X6/e2m1/nearest-even/saturate");
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(result.differences()).isEqualTo(8); // .25 1.25 2.5 and 5 with both signs: the ties whose lower code is even
    assertThat(result.mismatches().getFirst().input()).isEqualTo("0x3e800000 (0.25)");
    assertThat(result.mismatches().getFirst().expected()).isEqualTo("0x00 (0.0)");
    assertThat(result.mismatches().getFirst().actual()).isEqualTo("0x01 (0.5)");
  }

  @Test
  void aSubjectThatAnswersDifferentlyTheSecondTimeIsFound() throws InterruptedException {
    AtomicInteger calls = new AtomicInteger();
    Fault secondTime = (conversion, values, offset, codes, codesOffset, length) -> codes[codesOffset] ^= (byte) (calls.getAndIncrement() % 2);
    ClassResult result = judge(new StubBackend(secondTime), "X6/e2m1/nearest-even/saturate");
    assertThat(result.askedTwice()).isTrue();
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(result.reason()).isEqualTo("not deterministic: asked again, 1 cases differ, not 0, or others");
  }

  @Test
  void aLostSignOfZeroHasAVerdictOfItsOwn() throws InterruptedException {
    Fault dropsSign = (conversion, values, offset, codes, codesOffset, length) -> {
      for (int i = codesOffset; i < codesOffset + length; i++) {
        codes[i] = codes[i] == (byte) conversion.format().signMask() ? 0 : codes[i];
      }
    };
    assertThat(judge(new StubBackend(dropsSign), "X2/e4m3/nearest-even/saturate").verdict()).isEqualTo(Verdict.ZERO_SIGN);
  }

  @Test
  void aWrongNanHasAVerdictOfItsOwn() throws InterruptedException {
    Backend subject = encodingAs(conversion -> conversion.with(NanPolicy.SIGNED_NAN));
    ClassResult result = judge(subject, "X2/e4m3/nearest-even/saturate");
    assertThat(result.verdict()).isEqualTo(Verdict.NAN_PAYLOAD);
    assertThat(result.differences()).isEqualTo(1023 + 127 + 2 + 1); // negative NaNs: of fp16, of bf16, the first two, and the very last, which wraps to before zero
  }

  @Test
  void missingSaturationIsAMismatch() throws InterruptedException {
    assertThat(judge(encodingAs(conversion -> conversion.with(Overflow.NAN)), "X6/e4m3/nearest-even/saturate").verdict()).isEqualTo(Verdict.MISMATCH);
  }

  @Test
  void anElementThatIsNotWrittenIsAMismatch() throws InterruptedException {
    Fault keepsTheOldLastByte = (conversion, values, offset, codes, codesOffset, length) -> codes[codesOffset + length - 1] = (byte) ~codes[codesOffset + length - 1];
    ClassResult result = judge(new StubBackend(keepsTheOldLastByte), "X6/e2m1/nearest-even/saturate");
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(result.differences()).isEqualTo(1);
    assertThat(result.mismatches().getFirst().actual()).endsWith("(not a code)");
  }

  @Test
  void writingOutsideTheRangeIsACrash() throws InterruptedException {
    ClassResult result = judge(new StubBackend((c, values, offset, codes, codesOffset, length) -> codes[codesOffset + length] = 1), "X6/e2m1/nearest-even/saturate");
    assertThat(result.verdict()).isEqualTo(Verdict.CRASH);
    assertThat(result.reason()).contains("wrote outside the range");
  }

  @Test
  void anExceptionIsACrash() throws InterruptedException {
    Fault fails = (conversion, values, offset, codes, codesOffset, length) -> {
      throw new IllegalStateException("no device");
    };
    ClassResult result = judge(new StubBackend(fails), "X2/e2m1/nearest-even/saturate");
    assertThat(result.verdict()).isEqualTo(Verdict.CRASH);
    assertThat(result.reason()).contains("no device");
  }

  @Test
  void anotherNumberOfCasesThanTheClassHasIsIncomplete() throws InterruptedException {
    CoverageClass shortOne = new CountedClass(10, 9);
    CoverageClass exact = new CountedClass(10, 10);
    try (Workers workers = new Workers(1)) {
      List<ClassResult> results = new Judge(List.of(shortOne, exact), 20).judge(List.of(ReferenceBackend.INSTANCE), workers, Judge.Listener.SILENT);
      assertThat(results).extracting(ClassResult::verdict).containsExactly(Verdict.INCOMPLETE, Verdict.PASS);
      assertThat(results.getFirst().reason()).isEqualTo("9 of 10 cases judged");
    }
  }

  @Test
  void anUnavailableSubjectIsNotRunWithItsReason() throws InterruptedException {
    Backend absent = new Backend() {
      @Override
      public String name() {
        return "absent";
      }

      @Override
      public String description() {
        return "";
      }

      @Override
      public Availability availability() {
        return Availability.no("libabsent.so not found");
      }
    };
    ClassResult result = judge(absent, "X1/e2m1");
    assertThat(result.verdict()).isEqualTo(Verdict.NOT_RUN);
    assertThat(result.reason()).isEqualTo("libabsent.so not found");
  }

  @Test
  void whatASubjectDoesNotClaimIsUnsupported() throws InterruptedException {
    StubBackend noStochastic = new StubBackend((conversion, values, offset, codes, codesOffset, length) -> {});
    assertThat(judge(noStochastic, "X9/e2m1/stochastic-8/saturate").verdict()).isEqualTo(Verdict.UNSUPPORTED);
  }

  @Test
  void onlyTheFirstMismatchesAreKeptButAllAreCounted() {
    Tally tally = new Tally(2);
    for (int caseNumber : new int[] {5, 3, 9, 1}) {
      tally.mismatch(caseNumber, new Mismatch(Verdict.MISMATCH, "case " + caseNumber, "", ""));
    }
    assertThat(tally.differences()).isEqualTo(4);
    assertThat(tally.mismatches()).extracting(Mismatch::input).containsExactly("case 1", "case 3");
  }

  @Test
  void theNanOfCudasDoublePathIsAVariationOfWhoClaimsIt() {
    Conversion conversion = Conversion.cuda(FloatFormat.E4M3);
    Conversion signed = conversion.with(NanPolicy.SIGNED_NAN);
    assertThat(Variation.ofDouble(conversion, signed::equals)).contains(Variation.CUDA_DOUBLE_NAN);
    assertThat(Variation.ofDouble(conversion, conversion::equals)).isEmpty();
    assertThat(Variation.ofDouble(conversion, claimed -> false)).isEmpty();
    assertThat(Variation.ofDouble(Conversion.cuda(FloatFormat.E2M1), claimed -> false)).isEmpty();
  }

  /** A class that says it has some cases and judges another number of them. */
  private record CountedClass(long cases, long done) implements CoverageClass {
    @Override
    public String suite() {
      return "X0";
    }

    @Override
    public String id() {
      return "X0/" + done;
    }

    @Override
    public boolean exhaustive() {
      return true;
    }

    @Override
    public boolean appliesTo(Backend subject) {
      return true;
    }

    @Override
    public void run(Backend subject, Tally tally, Workers workers) {
      tally.judged(done);
    }
  }
}
