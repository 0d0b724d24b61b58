package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.E2m1;
import io.github.fp4j.formats.gemm.Discriminator.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The stock vectors that tell NVFP4 accumulators apart, with the answer of every model.
 *
 * <p>V1 and V2 pin F with C = 0, V8 again with C as the largest term; V5 and V6 settle whether groups that are zero count toward the largest exponent; V7
 * separates alignment by the factors' exponents from alignment by actual magnitudes; V9 and V11 show the rounding of the sum. The order inside a group
 * cannot be seen, for it is exact.
 */
public final class Discriminators {
  /** UE4M3 codes of 2^8, 1, 2^-6 and 2^-9. */
  private static final int BIG = 0x78;

  private static final int ONE = 0x38;
  private static final int SMALLEST_NORMAL = 0x08;
  private static final int SMALLEST = 0x01;

  /** The columns of the table: every model that is told apart here, in the order of {@link #row}'s answers. */
  private static final List<List<String>> COLUMNS =
      List.of(
          List.of("nvfp4-gst-f35"),
          List.of("nvfp4-gst-f35-zero-ignored"),
          List.of("nvfp4-f34"),
          List.of("nvfp4-f36", "nvfp4-f37"),
          List.of("nvfp4-f25"),
          List.of("nvfp4-f35-floor"),
          List.of("beam-34-28"),
          List.of("beam-36-36"),
          List.of("exact-rz"),
          List.of("exact-rne"));

  private static final Group PLUS = group(BIG, BIG, 1, 1);
  private static final Group MINUS = group(BIG, BIG, 1, -1);
  private static final Group TINY = group(SMALLEST, SMALLEST, .5f, .5f);

  private static final List<Discriminator> ALL =
      List.of(
          row("V1", "g0 1*1 @(78,78), g1 1*-1 @(78,78), g2 .5*.5 @(01,01)", 0, List.of(PLUS, MINUS, TINY),
              0, 0, 0, 0x35800000, 0, 0, 0, 0, 0x35800000, 0x35800000),
          row("V2", "V1 with g2 1*.5", 0, List.of(PLUS, MINUS, group(SMALLEST, SMALLEST, 1, .5f)),
              0x36000000, 0x36000000, 0, 0x36000000, 0, 0x36000000, 0, 0x36000000, 0x36000000, 0x36000000),
          row("V3", "V1 with g2 1*1", 0, List.of(PLUS, MINUS, group(SMALLEST, SMALLEST, 1, 1)),
              0x36800000, 0x36800000, 0x36800000, 0x36800000, 0, 0x36800000, 0, 0x36800000, 0x36800000, 0x36800000),
          row("V4", "V1 with g2 .5*-.5", 0, List.of(PLUS, MINUS, group(SMALLEST, SMALLEST, .5f, -.5f)),
              0, 0, 0, 0xB5800000, 0, 0xB6000000, 0, 0, 0xB5800000, 0xB5800000),
          row("V5", "g0 1*1 + 1*-1 @(78,78), g1 .5*.5 @(01,01)", 0, List.of(group(BIG, BIG, 1, 1, 1, -1), TINY),
              0, 0x35800000, 0, 0x35800000, 0, 0, 0x35800000, 0x35800000, 0x35800000, 0x35800000),
          row("V6", "g0 zeros @(78,78), g1 .5*.5 @(01,01)", 0, List.of(group(BIG, BIG), TINY),
              0, 0x35800000, 0, 0x35800000, 0, 0, 0x35800000, 0x35800000, 0x35800000, 0x35800000),
          row("V7", "g0 14 x 6*6 + 4*2 = 512 @(78,78), g1 its negative, g2 4*4 @(01,01)", 0,
              List.of(fiveHundredTwelve(1), fiveHundredTwelve(-1), group(SMALLEST, SMALLEST, 4, 4)),
              0x38800000, 0x38800000, 0x38800000, 0x38800000, 0, 0x38800000, 0, 0, 0x38800000, 0x38800000),
          row("V8", "C = 2^25, g0 -512 @(78,78), g1 4*4 @(08,01)", 0x1p25f,
              List.of(fiveHundredTwelve(-1), group(SMALLEST_NORMAL, SMALLEST, 4, 4)),
              0, 0, 0, 0x3A000000, 0, 0, 0, 0, 0x3A000000, 0x3A000000),
          row("V9", "C = 2^24, g0 1*1.5 @(38,38)", 0x1p24f, List.of(group(ONE, ONE, 1, 1.5f)),
              0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800001),
          fusedAgainstSequential());

  private Discriminators() {}

  /** All of them, in the order of the table. */
  public static List<Discriminator> all() {
    return ALL;
  }

  /** @param answers one for each of {@link #COLUMNS} */
  private static Discriminator row(String id, String description, float c, List<Group> groups, int... answers) {
    Map<String, Integer> expected = new HashMap<>();
    for (int column = 0; column < COLUMNS.size(); column++) {
      for (String model : COLUMNS.get(column)) {
        expected.put(model, answers[column]);
      }
    }
    return new Discriminator(id, description, filled(groups), c, expected);
  }

  private static Discriminator fusedAgainstSequential() {
    Map<String, Integer> expected = new HashMap<>();
    COLUMNS.forEach(models -> models.forEach(model -> expected.put(model, 0x4B800001)));
    expected.put("sequential-fp32", 0x4B800000);
    Group one = group(ONE, ONE, 1, 1);
    return new Discriminator("V11", "C = 2^24, g0 1*1 @(38,38), g1 1*1 @(38,38)", filled(List.of(one, one)), 0x1p24f, expected);
  }

  private static List<Group> filled(List<Group> first) {
    List<Group> groups = new ArrayList<>(first);
    while (groups.size() < 4) {
      groups.add(Group.ZERO);
    }
    return groups;
  }

  /** A group of the products {@code pairs[0] * pairs[1]}, {@code pairs[2] * pairs[3]} and so on. */
  private static Group group(int scaleOfA, int scaleOfB, float... pairs) {
    List<Integer> a = new ArrayList<>();
    List<Integer> b = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      a.add(E2m1.encode(pairs[i]));
      b.add(E2m1.encode(pairs[i + 1]));
    }
    return new Group(a, b, scaleOfA, scaleOfB);
  }

  private static Group fiveHundredTwelve(int sign) {
    float[] pairs = new float[30];
    for (int i = 0; i < 28; i += 2) {
      pairs[i] = 6;
      pairs[i + 1] = 6 * sign;
    }
    pairs[28] = 4;
    pairs[29] = 2 * sign;
    return group(BIG, BIG, pairs);
  }
}
