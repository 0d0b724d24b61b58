package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.diagnosis.Explanation;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.vectors.AnswerSheet;
import io.github.fp4j.conformance.vectors.VectorSuite;
import java.io.PrintWriter;

/** What came of one vector suite, on the console. */
record VectorReport(ClassResult result, AnswerSheet sheet, PrintWriter out) {

  void print(VectorSuite suite, int questions) {
    for (Mismatch mismatch : result.mismatches()) {
      out.printf("%-11s %s: expected %s, got %s%n", mismatch.verdict(), mismatch.input(), mismatch.expected(), mismatch.actual());
    }
    if (result.differences() > result.mismatches().size()) {
      out.printf("... %,d more%n", result.differences() - result.mismatches().size());
    }
    Explanation explanation = result.explanation();
    if (explanation != null) {
      explanation.first().forEach(line -> out.println("    " + line));
      out.println(explanation.summary());
    }
    sheet.notes().forEach(out::println);
    if (sheet.isComplete()) {
      sheet.findings().forEach(out::println);
    }
    out.printf(
        "%s: %s, seed %d: %,d questions, %,d of %,d values judged, %,d differ%s%n", result.verdict(), suite.id(), suite.seed(), questions, result.judged(),
        result.cases(), result.differences(), result.reason().isEmpty() ? "" : "; " + result.reason());
    out.flush();
  }

  static int exitCode(ClassResult result, AnswerSheet sheet) {
    return switch (result.verdict()) {
      case CRASH -> ExitCode.CRASH;
      case ZERO_SIGN, NAN_PAYLOAD, MISMATCH -> sheet.isMalformed() ? ExitCode.USAGE : ExitCode.MISMATCH;
      case PASS, ALLOWED, UNSUPPORTED, NOT_RUN, INCOMPLETE ->
          sheet.isMalformed() ? ExitCode.USAGE : sheet.isComplete() ? ExitCode.OK : ExitCode.INCOMPLETE;
    };
  }
}
