package io.github.fp4j.conformance.vectors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * In which order blocks of K are summed: a leaf is a block, an inner node a sum of its children that are added up before anything else comes to them. A chain
 * that starts with blocks 0 and 1 is {@code ((0 1) 2)}: which of the first two comes first cannot be seen.
 *
 * @param leaves the blocks under this node, ascending
 * @param children empty for a leaf
 */
record SummationTree(List<Integer> leaves, List<SummationTree> children) {

  /**
   * The tree in which the smallest sum with blocks i and j has as many blocks as {@code together} says.
   *
   * @param together for each pair i &lt; j, ordered by i, then j; 2 for all of them if nothing is ever lost: all are summed at once, exactly
   * @return empty if there is none
   */
  static Optional<SummationTree> of(int blocks, int[] together) {
    int[][] sizes = new int[blocks][blocks];
    int pair = 0;
    boolean exact = Arrays.stream(together).allMatch(size -> size == 2);
    for (int i = 0; i < blocks; i++) {
      for (int j = i + 1; j < blocks; j++) {
        sizes[i][j] = exact ? blocks : together[pair];
        sizes[j][i] = sizes[i][j];
        pair++;
      }
    }
    return Optional.ofNullable(node(IntStream.range(0, blocks).boxed().toList(), sizes)).filter(tree -> tree.explains(sizes));
  }

  /** Children of a node are the sets within which pairs meet earlier than in the node. */
  private static SummationTree node(List<Integer> leaves, int[][] sizes) {
    List<SummationTree> children = new ArrayList<>();
    List<Integer> left = new ArrayList<>(leaves);
    while (!left.isEmpty() && leaves.size() > 1) {
      int first = left.getFirst();
      List<Integer> child = left.stream().filter(other -> other == first || sizes[first][other] < leaves.size()).toList();
      left.removeAll(child);
      children.add(child.size() == leaves.size() ? new SummationTree(leaves, List.of()) : node(child, sizes));
    }
    return new SummationTree(leaves, children);
  }

  private boolean explains(int[][] sizes) {
    for (int i = 0; i < children.size(); i++) {
      for (int j = i + 1; j < children.size(); j++) {
        for (int one : children.get(i).leaves) {
          for (int other : children.get(j).leaves) {
            if (sizes[one][other] != leaves.size()) {
              return false;
            }
          }
        }
      }
    }
    return (leaves.size() == 1 || children.size() > 1) && children.stream().allMatch(child -> child.explains(sizes));
  }

  /** Whether it adds one block after the other to a running sum, in ascending order. */
  private boolean isChain() {
    List<Integer> order = leaves.stream().sorted().toList();
    SummationTree node = this;
    for (int i = order.size() - 1; i > 1; i--) {
      Integer last = order.get(i);
      if (node.children.size() != 2 || !node.children.get(1).leaves.equals(List.of(last))) {
        return false;
      }
      node = node.children.getFirst();
    }
    return true;
  }

  /** The kind of order in words. */
  String description() {
    if (isChain()) {
      return "one block after the other, ascending";
    }
    if (children.stream().allMatch(child -> child.leaves.size() == 1)) {
      return "all blocks at once";
    }
    List<SummationTree> parts = parts();
    if (parts.stream().allMatch(part -> part.isChain() && part.isContiguous())) {
      int[] sizes = parts.stream().mapToInt(part -> part.leaves.size()).toArray();
      boolean even = Arrays.stream(sizes).max().orElseThrow() - Arrays.stream(sizes).min().orElseThrow() <= 1;
      String list = Arrays.stream(sizes).mapToObj(Integer::toString).collect(Collectors.joining(" + "));
      return (even ? "split-K, " : "stream-K, ") + parts.size() + " partial sums of " + list + " blocks";
    }
    return "another order";
  }

  /** Contiguous runs of at least two blocks that are chains, and what is added to them, down the tree. */
  private List<SummationTree> parts() {
    if (isChain() && isContiguous() || leaves.size() == 1) {
      return List.of(this);
    }
    return children.stream().flatMap(child -> child.parts().stream()).toList();
  }

  private boolean isContiguous() {
    return leaves.getLast() - leaves.getFirst() == leaves.size() - 1;
  }

  @Override
  public String toString() {
    return leaves.size() == 1 ? leaves.getFirst().toString() : children.stream().map(SummationTree::toString).collect(Collectors.joining(" ", "(", ")"));
  }
}
