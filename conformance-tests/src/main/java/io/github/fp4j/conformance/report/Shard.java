package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.judge.CoverageClass;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which part of a suite a run put to its subjects.
 *
 * @param index its number, from 1
 * @param count how many parts there are
 * @param classes how many classes the whole has
 * @param hash SHA-256 over the ids of all of them, sorted, so that only parts of one whole are put together
 */
public record Shard(int index, int count, int classes, String hash) {

  /** The whole of {@code questions}. */
  public static Shard whole(List<CoverageClass> questions) {
    return of(1, 1, questions);
  }

  /** Part {@code index} of {@code count}. */
  public static Shard of(int index, int count, List<CoverageClass> questions) {
    return new Shard(index, count, questions.size(), hash(questions.stream().map(CoverageClass::id)));
  }

  /**
   * Part {@code I/N}, e.g. {@code 2/3}.
   *
   * @throws IllegalArgumentException if it is not two numbers of which the first is at least 1 and at most the second
   */
  public static Shard parse(String text, List<CoverageClass> questions) {
    String[] parts = text.split("/");
    try {
      int index = Integer.parseInt(parts[0]);
      int count = parts.length == 2 ? Integer.parseInt(parts[1]) : 0;
      if (index >= 1 && index <= count) {
        return of(index, count, questions);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException("--shard " + text + ": expected I/N with 1 <= I <= N, e.g. 2/3");
  }

  /** Its part of each class that can be split, and every count-th of the others from the index-th on: like classes follow one another, so that shards take about as long. */
  public List<CoverageClass> part(List<CoverageClass> questions) {
    List<CoverageClass> mine = new ArrayList<>();
    int whole = 0;
    for (CoverageClass question : questions) {
      List<CoverageClass> parts = question.parts(count);
      if (parts.size() == count) {
        mine.add(parts.get(index - 1));
      } else if (whole++ % count == index - 1) {
        mine.add(question);
      }
    }
    return mine;
  }

  /** Over ids in any order. */
  static String hash(Stream<String> ids) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      ids.sorted().forEach(id -> sha.update((id + "\n").getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
