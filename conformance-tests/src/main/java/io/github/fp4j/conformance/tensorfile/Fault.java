package io.github.fp4j.conformance.tensorfile;

import java.io.IOException;
import java.util.Locale;

/** What is wrong with a file, in words: names from the file are quoted and cut, so that a hostile one can neither flood nor steer a terminal. */
final class Fault {
  private static final int LONGEST_QUOTE = 120;

  private Fault() {}

  static IOException in(String file, String what) {
    return new IOException(file + ": " + what);
  }

  static IOException in(String file, String what, Throwable cause) {
    return new IOException(file + ": " + what, cause);
  }

  static IOException inTensor(String file, String tensor, String what) {
    return new IOException(file + ": tensor " + quote(tensor) + ": " + what);
  }

  /** {@code text} in double quotes, control and unpaired surrogate characters escaped, cut after 120 characters. */
  static String quote(String text) {
    return '"' + printable(text) + '"';
  }

  static String printable(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      if (i >= LONGEST_QUOTE) {
        return out.append("...").toString();
      }
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      if (character == '"' || character == '\\') {
        out.append('\\').appendCodePoint(character);
      } else if (isPlain(character)) {
        out.appendCodePoint(character);
      } else {
        out.append(String.format(Locale.ROOT, "\\u%04x", character));
      }
    }
    return out.toString();
  }

  private static boolean isPlain(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }

  /** {@code number} with its digits in groups of three: {@code 1 048 576}; as unsigned if negative. */
  static String grouped(long number) {
    return Long.toUnsignedString(number).replaceAll("(?<=\\d)(?=(\\d{3})+$)", " ");
  }
}
