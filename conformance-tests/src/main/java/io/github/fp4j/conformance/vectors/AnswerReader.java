package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the text that a subject gives back: the header's lines, then one line for each question, the id and the arrays of the answer. {@code ID unsupported} says
 * that the subject does not claim to answer, {@code ID failed WORDS} that it tried in vain. Lines may come in any order and with CRLF; both are noted.
 */
public final class AnswerReader {
  private final BufferedReader in;
  private final VectorHeader header;
  private String next;
  private boolean carriageReturns;

  /**
   * Reads the header.
   *
   * @throws IllegalArgumentException if it is missing or wrong
   */
  public AnswerReader(BufferedReader in) throws IOException {
    this.in = in;
    List<String> lines = new ArrayList<>();
    next = line();
    while (next.startsWith("#")) {
      lines.add(next);
      next = line();
    }
    if (lines.isEmpty() && !next.isEmpty()) {
      lines.add(next);
    }
    header = VectorHeader.parse(lines);
  }

  /** What was asked. */
  public VectorHeader header() {
    return header;
  }

  /** The next line without its end; empty at the end of the stream. Empty lines are passed over. */
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c != '\n') {
        line.append((char) c);
        continue;
      }
      if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
        carriageReturns = true;
        line.setLength(line.length() - 1);
      }
      if (!line.isEmpty()) {
        break;
      }
    }
    return line.toString();
  }

  /** Enters every answer. */
  public void read(AnswerSheet sheet) throws IOException {
    for (; !next.isEmpty(); next = line()) {
      if (!next.startsWith("#")) {
        enter(sheet, next);
      }
    }
    if (carriageReturns) {
      sheet.note("lines end with CR LF; read as if with LF");
    }
  }

  private void enter(AnswerSheet sheet, String text) {
    String line = text.strip();
    int blank = line.indexOf(' ');
    int id;
    try {
      id = Integer.parseInt(blank < 0 ? line : line.substring(0, blank));
    } catch (NumberFormatException e) {
      sheet.malformed("\"" + VectorHeader.shortened(line) + "\" does not begin with an id");
      return;
    }
    if (id < 0 || id >= header.count()) {
      sheet.malformed("id " + id + ": expected 0 to " + (header.count() - 1));
      return;
    }
    String answer = blank < 0 ? "" : line.substring(blank + 1).strip();
    if (answer.equals("unsupported")) {
      sheet.unsupported(id);
      return;
    }
    if (answer.equals("failed") || answer.startsWith("failed ")) {
      sheet.failed(id, answer);
      return;
    }
    List<Tensor> arrays;
    try {
      arrays = sheet.asked(id).question().parseAnswer(answer);
    } catch (IllegalArgumentException e) {
      sheet.malformed("id " + id + ": " + e.getMessage());
      return;
    }
    sheet.answer(id, arrays);
  }
}
