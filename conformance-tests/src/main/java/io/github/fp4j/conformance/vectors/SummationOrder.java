package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.tensorfile.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The summation tree over the k64 blocks of each element of D, from the answers to {@link SummationVectors}. */
final class SummationOrder implements Finding {
  private final int blocks;
  private final int columns;
  private final float unit;
  private final List<Mismatch> faults = new ArrayList<>();

  /** Of each element of D: how many blocks are in the smallest partial sum with both of a pair, pair after pair. */
  private int[][] together = new int[0][];

  /** @param unit of the probes: {@link MaskingProbe#unit} */
  SummationOrder(int blocks, int columns, float unit) {
    this.blocks = blocks;
    this.columns = columns;
    this.unit = unit;
  }

  @Override
  public void add(int number, VectorCase asked, List<Tensor> answer) {
    float[] d = answer.getFirst().toFloats();
    if (together.length == 0) {
      together = new int[d.length][blocks * (blocks - 1) / 2];
    }
    for (int i = 0; i < d.length; i++) {
      double left = (d[i] / unit % 2 + 2) % 2 / SummationVectors.SMALL;
      boolean whole = left == Math.rint(left) && left <= blocks - 2; // false for NaN too
      if (whole) {
        together[i][number] = blocks - (int) left;
      } else if (faults.isEmpty()) {
        String place = "%s, D[%d, %d]".formatted(asked.name(), i / columns, i % columns);
        faults.add(
            new Mismatch(
                Verdict.MISMATCH, place, "0 to %d u's of %s, but for multiples of %s".formatted(blocks - 2, unit * SummationVectors.SMALL, 2 * unit),
                "0x%08x (%s)".formatted(Float.floatToRawIntBits(d[i]), d[i])));
      }
    }
  }

  @Override
  public List<Mismatch> faults() {
    if (faults.isEmpty()) {
      for (int i = 0; i < together.length; i++) {
        if (SummationTree.of(blocks, together[i]).isEmpty()) {
          String place = "D[%d, %d]".formatted(i / columns, i % columns);
          return List.of(new Mismatch(Verdict.MISMATCH, place, "the answers of one order of summation", "answers that no order gives"));
        }
      }
    }
    return faults;
  }

  @Override
  public List<String> lines() {
    Map<String, Integer> trees = new LinkedHashMap<>();
    for (int[] pairs : together) {
      Optional<SummationTree> tree = SummationTree.of(blocks, pairs);
      tree.ifPresent(one -> trees.merge(one.description() + ": " + one, 1, Integer::sum));
    }
    List<String> lines = new ArrayList<>();
    trees.forEach((tree, count) -> lines.add("%,d of %,d elements of D: %s".formatted(count, together.length, tree)));
    return lines;
  }
}
