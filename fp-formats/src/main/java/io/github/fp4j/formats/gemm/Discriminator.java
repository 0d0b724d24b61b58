package io.github.fp4j.formats.gemm;

import java.util.List;
import java.util.Map;

/**
 * One k64 step of NVFP4 on which models differ: what to put in, and what each model makes of it.
 *
 * @param id the name in the published table, e.g. {@code V1}
 * @param description the step in words: elements, scale codes in hexadecimal, C
 * @param groups the four groups of 16
 * @param c C
 * @param expected D as float32 bits, by the id of each model
 */
public record Discriminator(String id, String description, List<Group> groups, float c, Map<String, Integer> expected) {

  /**
   * Sixteen elements of A and B and their scales.
   *
   * @param a E2M1 codes of A's first elements, the rest being zero; at most 16
   * @param b those of B, as many
   * @param scaleOfA UE4M3 code
   * @param scaleOfB UE4M3 code
   */
  public record Group(List<Integer> a, List<Integer> b, int scaleOfA, int scaleOfB) {
    /** Zeros, scaled by one. */
    public static final Group ZERO = new Group(List.of(), List.of(), 0x38, 0x38);

    public Group {
      a = List.copyOf(a);
      b = List.copyOf(b);
      if (a.size() > 16 || a.size() != b.size()) {
        throw new IllegalArgumentException("a has " + a.size() + " elements, b " + b.size() + ": expected as many, at most 16");
      }
    }
  }

  public Discriminator {
    if (groups.size() != 4) {
      throw new IllegalArgumentException("groups: " + groups.size() + ": expected 4, one k64 step");
    }
    groups = List.copyOf(groups);
    expected = Map.copyOf(expected);
  }

  /** A as one row of K = 64. */
  public GemmOperand a() {
    return operand(true);
  }

  /** B as one row of K = 64. */
  public GemmOperand b() {
    return operand(false);
  }

  private GemmOperand operand(boolean ofA) {
    byte[] codes = new byte[32];
    byte[] scales = new byte[4];
    for (int g = 0; g < 4; g++) {
      Group group = groups.get(g);
      List<Integer> elements = ofA ? group.a : group.b;
      for (int i = 0; i < elements.size(); i++) {
        codes[8 * g + i / 2] |= (byte) (elements.get(i) << 4 * (i & 1));
      }
      scales[g] = (byte) (ofA ? group.scaleOfA : group.scaleOfB);
    }
    return new GemmOperand(OperandFormat.NVFP4, 1, 64, codes, scales);
  }
}
