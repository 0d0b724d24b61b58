package io.github.fp4j.conformance.judge;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which part of a class an id stands for: {@code X2/e2m1/nearest-even/saturate@3/8} is the third of eight, an id without {@code @} the whole.
 *
 * @param id of the whole class
 * @param index its number, from 1
 * @param count how many parts there are
 */
public record ClassPart(String id, int index, int count) {
  private static final Pattern PART = Pattern.compile("(.*)@([1-9][0-9]{0,8})/([1-9][0-9]{0,8})");

  /** The part that {@code id} names. */
  public static ClassPart of(String id) {
    Matcher part = PART.matcher(id);
    return part.matches() ? new ClassPart(part.group(1), Integer.parseInt(part.group(2)), Integer.parseInt(part.group(3))) : new ClassPart(id, 1, 1);
  }

  /** The id. */
  @Override
  public String toString() {
    return count == 1 ? id : id + "@" + index + "/" + count;
  }
}
