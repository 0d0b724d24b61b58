package io.github.fp4j.conformance.vectors;

import java.io.IOException;
import java.io.Writer;

/** Writes questions as text: the header's lines, then a line for each. */
public final class QuestionWriter {
  private QuestionWriter() {}

  /** Writes them all and flushes. */
  public static void write(VectorHeader header, VectorSuite suite, Writer out) throws IOException {
    for (String line : header.lines()) {
      out.write(line + "\n");
    }
    for (int number = 0; number < header.count(); number++) {
      out.write(VectorHeader.line(number, suite.at(number)));
      out.write('\n');
    }
    out.flush();
  }
}
