package io.github.fp4j.conformance.subject;

import io.github.fp4j.conformance.judge.ClassResult;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a judge in another process says on its standard output, a line each. A line begins with a line end of its own, for the subject may have printed something
 * that has none; lines of any other kind are the subject's.
 */
public final class JudgedLine {
  private static final JsonMapper MAPPER = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final String READY = "fp4j-judge ready";
  private static final String PROGRESS = "fp4j-judge progress ";
  private static final String RESULT = "fp4j-judge result ";

  private JudgedLine() {}

  /** The subject is there: the ids of classes can come, a line each. */
  public static String ready() {
    return line(READY);
  }

  /** So many cases of the class that came last were judged. */
  public static String progress(long judged) {
    return line(PROGRESS + judged);
  }

  /** What came of the class that came last. */
  public static String of(ClassResult result) {
    return line(RESULT + MAPPER.writeValueAsString(result));
  }

  private static String line(String text) {
    return "\n" + text + "\n";
  }

  static boolean isReady(String line) {
    return line.equals(READY);
  }

  static OptionalLong progress(String line) {
    return line.startsWith(PROGRESS) ? OptionalLong.of(Long.parseLong(line.substring(PROGRESS.length()))) : OptionalLong.empty();
  }

  static Optional<ClassResult> result(String line) {
    return line.startsWith(RESULT) ? Optional.of(MAPPER.readValue(line.substring(RESULT.length()), ClassResult.class)) : Optional.empty();
  }
}
