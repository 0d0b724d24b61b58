package io.github.fp4j.conformance.cli;

import java.util.HexFormat;

/** Bytes and bit patterns as they are written on the command line: hexadecimal, parts separated by commas. */
final class Hexadecimal {
  private Hexadecimal() {}

  /** Rows of bytes, all of one length. */
  static byte[][] rows(String option, String text) {
    String[] parts = text.split(",");
    byte[][] rows = new byte[parts.length][];
    for (int i = 0; i < parts.length; i++) {
      try {
        rows[i] = HexFormat.of().parseHex(parts[i]);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(option + " " + parts[i] + ": expected an even number of hexadecimal digits", e);
      }
      if (rows[i].length != rows[0].length) {
        throw new IllegalArgumentException("%s: row %d has %d bytes, row 0 has %d: expected as many".formatted(option, i, rows[i].length, rows[0].length));
      }
    }
    return rows;
  }

  /** Numbers of up to 32 bits. */
  static int[] numbers(String option, String text, int count) {
    String[] parts = text.split(",");
    if (parts.length != count) {
      throw new IllegalArgumentException("%s has %d numbers: expected %d".formatted(option, parts.length, count));
    }
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      try {
        numbers[i] = Integer.parseUnsignedInt(parts[i].strip(), 16);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(option + " " + parts[i] + ": expected a hexadecimal number of up to eight digits", e);
      }
    }
    return numbers;
  }

  /** Float32 of these bits. */
  static float[] floats(String option, String text, int count) {
    int[] bits = numbers(option, text, count);
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = Float.intBitsToFloat(bits[i]);
    }
    return floats;
  }
}
