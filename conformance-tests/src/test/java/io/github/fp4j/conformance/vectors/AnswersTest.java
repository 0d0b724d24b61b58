package io.github.fp4j.conformance.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes back from a subject: every way in which a stream can be wrong has its name. */
class AnswersTest {
  private static final VectorSuite SUITE = VectorSuites.byName("conversions/e2m1/nearest-even/saturate", 1);
  private static final int COUNT = 20;

  /** The right stream, a line each. */
  private static List<String> right() {
    List<String> lines = new ArrayList<>(VectorHeader.of(SUITE, COUNT).lines());
    for (int number = 0; number < COUNT; number++) {
      lines.add(number + " " + Question.answerText(SUITE.at(number).right()));
    }
    return lines;
  }

  private static AnswerSheet read(List<String> lines, Tally tally) throws IOException {
    return read(String.join("\n", lines) + "\n", tally);
  }

  private static AnswerSheet read(String text, Tally tally) throws IOException {
    AnswerReader reader = new AnswerReader(new BufferedReader(new StringReader(text)));
    AnswerSheet sheet = new AnswerSheet(reader.header().regenerated(), reader.header().count(), tally);
    reader.read(sheet);
    return sheet;
  }

  private static void assertNoted(List<String> lines, boolean complete, String note) throws IOException {
    Tally tally = new Tally(0);
    AnswerSheet sheet = read(lines, tally);
    assertThat(sheet.notes()).singleElement().asString().contains(note);
    assertThat(sheet.isComplete()).isEqualTo(complete);
  }

  @Test
  void rightAnswersAreCompleteAndJudged() throws IOException {
    Tally tally = new Tally(0);
    AnswerSheet sheet = read(right(), tally);
    assertThat(sheet.isComplete()).isTrue();
    assertThat(sheet.notes()).isEmpty();
    assertThat(tally.judged()).isEqualTo(COUNT);
  }

  @Test
  void everyFaultOfAStreamIsNamed() throws IOException {
    List<String> cut = right();
    assertNoted(cut.subList(0, cut.size() - 3), false, "short: the answers end after id 16; 3 of 20 are missing");
    List<String> hole = right();
    hole.remove(8);
    assertNoted(hole, false, "1 of 20 answers are missing: ids 3");
    List<String> twice = right();
    twice.add(7, twice.get(6));
    assertNoted(twice, false, "1 ids are answered more than once, the first answer is judged: ids 1");
    List<String> swapped = right();
    Collections.swap(swapped, 9, 10);
    assertNoted(swapped, true, "1 lines are out of order, the first is id 4 after 5");
    List<String> unsupported = right();
    unsupported.set(5, "0 unsupported");
    assertNoted(unsupported, false, "1 of 20 questions are unsupported by the subject: ids 0");
    assertThat(read(String.join("\r\n", right()) + "\r\n", new Tally(0)).notes()).containsExactly("lines end with CR LF; read as if with LF");
    for (String line : List.of("INFO: starting", "99 0", "-1 00", "4 0", "4 zz", "4 00 00", "4")) {
      List<String> malformed = right();
      malformed.add(line);
      AnswerSheet sheet = read(malformed, new Tally(0));
      assertThat(sheet.isMalformed()).as(line).isTrue();
      assertThat(sheet.notes()).singleElement().asString().startsWith("1 lines are no answers: ");
    }
  }

  @Test
  void everyFaultOfAHeaderIsNamed() {
    assertRefused(List.of(), "there is no header");
    assertRefused(right().subList(5, 25), "the first line is \"0 ");
    assertRefused(with(0, "# fp4j-vectors 9"), "version 9: expected 1");
    assertRefused(with(1, "# suite gemm-nonsense"), "unknown suite \"gemm-nonsense\"");
    assertRefused(with(1, "# suite conversions/e4m3/nearest-even/saturate"), "wrong hash");
    assertRefused(with(2, "# seed x"), "expected numbers");
    assertRefused(with(3, "# count 19"), "wrong hash");
    assertRefused(with(3, "# count 100000"), "has 360 questions");
    assertRefused(with(4, "# sha256 00"), "wrong hash: the header says 00");
    assertRefused(with(4, "# nothing"), "the header has no line \"# sha256\"");
  }

  private static List<String> with(int line, String text) {
    List<String> lines = right();
    lines.set(line, text);
    return lines;
  }

  private static void assertRefused(List<String> lines, String why) {
    assertThatThrownBy(() -> read(lines, new Tally(0))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
  }

  /** A tally of one keeps the mismatch with the smallest number: what is entered last comes behind one that was there. */
  @Test
  void aSecondAnswerThatDiffersIsAMismatch() throws IOException {
    Tally tally = new Tally(1);
    AnswerSheet sheet = read(right(), tally);
    sheet.repeat();
    sheet.answer(3, SUITE.at(3).right());
    assertThat(isFull(tally)).isFalse();
    tally = new Tally(1);
    sheet = read(right(), tally);
    sheet.repeat();
    sheet.answer(3, SUITE.at(3).question().parseAnswer("0b"));
    assertThat(isFull(tally)).isTrue();
    assertThat(tally.judged()).isEqualTo(COUNT);
  }

  private static boolean isFull(Tally tally) {
    boolean[] kept = {false};
    tally.mismatch(Long.MAX_VALUE, Verdict.MISMATCH, () -> {
      kept[0] = true;
      return new Mismatch(Verdict.MISMATCH, "", "", "");
    });
    return !kept[0];
  }
}
