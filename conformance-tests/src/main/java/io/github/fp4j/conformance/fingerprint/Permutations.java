package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.gemm.Discriminator;
import io.github.fp4j.formats.gemm.Discriminator.Group;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A discriminator with its four groups in every order. */
public final class Permutations {
  private static final List<List<Integer>> ORDERS = orders();

  private Permutations() {}

  /**
   * The distinct ones, the original first under its own id; the others have the order of the groups in theirs, e.g. {@code V1/2013}. Their expected answers
   * are those of the original: they hold for models that sum a whole k64 step at once, as all in the published table do, and are left out for the others.
   */
  public static List<Discriminator> of(Discriminator vector) {
    Map<List<Group>, Discriminator> distinct = new LinkedHashMap<>();
    Map<String, Integer> expected = new LinkedHashMap<>(vector.expected());
    expected.remove("sequential-fp32");
    for (List<Integer> order : ORDERS) {
      List<Group> groups = order.stream().map(vector.groups()::get).toList();
      String name = order.stream().map(String::valueOf).reduce("", String::concat);
      distinct.computeIfAbsent(
          groups,
          permuted ->
              permuted.equals(vector.groups())
                  ? vector
                  : new Discriminator(vector.id() + "/" + name, vector.description() + ", groups in the order " + name, permuted, vector.c(), expected));
    }
    return List.copyOf(distinct.values());
  }

  /** Operands of one row each as the rows of one operand. */
  public static GemmOperand stacked(List<GemmOperand> rows) {
    int k = rows.getFirst().k();
    byte[] codes = new byte[rows.size() * k / 2];
    byte[] scales = new byte[rows.size() * k / 16];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row).codes(), 0, codes, row * k / 2, k / 2);
      System.arraycopy(rows.get(row).scales(), 0, scales, row * k / 16, k / 16);
    }
    return new GemmOperand(OperandFormat.NVFP4, rows.size(), k, codes, scales);
  }

  private static List<List<Integer>> orders() {
    List<List<Integer>> orders = new ArrayList<>();
    for (int number = 0; number < 24; number++) {
      List<Integer> left = new ArrayList<>(List.of(0, 1, 2, 3));
      orders.add(List.of(left.remove(number / 6), left.remove(number / 2 % 3), left.remove(number % 2), left.getFirst()));
    }
    return orders;
  }
}
