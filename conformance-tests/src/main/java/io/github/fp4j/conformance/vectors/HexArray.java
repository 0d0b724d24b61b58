package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An array as one word of a line: the bits of each element in hexadecimal, most significant digit first, without separators; {@code -} if it has none. A float32
 * has eight digits, a byte two.
 */
final class HexArray {
  /** An array without elements. */
  static final String NONE = "-";

  private static final char[] DIGITS = "0123456789abcdef".toCharArray();

  private HexArray() {}

  static String text(Tensor array) {
    byte[] bytes = array.data().toArray(ValueLayout.JAVA_BYTE);
    if (bytes.length == 0) {
      return NONE;
    }
    int width = array.type().unitBytes();
    char[] text = new char[2 * bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      int bits = bytes[mirrored(i, width)];
      text[2 * i] = DIGITS[bits >> 4 & 0xF];
      text[2 * i + 1] = DIGITS[bits & 0xF];
    }
    return new String(text);
  }

  /** Where byte {@code i} of the text lies in memory, which is little-endian. */
  private static int mirrored(int i, int width) {
    return i - i % width + width - 1 - i % width;
  }

  /**
   * Reads one word.
   *
   * @throws IllegalArgumentException if it is not as long as {@code info} says, or no hexadecimal number
   */
  static Tensor parse(TensorInfo info, String word) {
    String digits = word.equals(NONE) ? "" : word;
    if (digits.length() != 2 * info.byteSize()) {
      throw new IllegalArgumentException("%s has %,d digits: expected %,d".formatted(info.name(), digits.length(), 2 * info.byteSize()));
    }
    byte[] bytes = new byte[digits.length() / 2];
    int width = info.type().unitBytes();
    for (int i = 0; i < bytes.length; i++) {
      bytes[mirrored(i, width)] = (byte) (digit(info, digits, 2 * i) << 4 | digit(info, digits, 2 * i + 1));
    }
    return Tensor.of(info, MemorySegment.ofArray(bytes));
  }

  private static int digit(TensorInfo info, String digits, int at) {
    char c = digits.charAt(at);
    int digit = c < 128 ? Character.digit(c, 16) : -1;
    if (digit < 0) {
      throw new IllegalArgumentException(info.name() + " has '" + c + "' as digit " + at + ": expected hexadecimal digits");
    }
    return digit;
  }
}
