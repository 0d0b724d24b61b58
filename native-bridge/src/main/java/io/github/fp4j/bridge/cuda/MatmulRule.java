package io.github.fp4j.bridge.cuda;

import java.util.Optional;

/**
 * One condition of cuBLASLt's block-scaled products.
 *
 * @param id short name, lower case, e.g. {@code tn-form}
 * @param demand what must hold
 * @param source where NVIDIA says so, or who found it out
 * @param check what breaks it
 */
public record MatmulRule(String id, String demand, String source, Check check) {

  /** Looks at a request. */
  @FunctionalInterface
  public interface Check {
    /** What breaks the rule and what to do about it; empty if nothing does. */
    Optional<String> problem(MatmulRequest request, MatmulOperands operands, ComputeCapability device);
  }

  /**
   * A rule that a request breaks.
   *
   * @param rule the rule
   * @param problem what breaks it, and what to do about it
   */
  public record Broken(MatmulRule rule, String problem) {
    @Override
    public String toString() {
      return problem + " [" + rule.id + ": " + rule.demand + "; " + rule.source + "]";
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
