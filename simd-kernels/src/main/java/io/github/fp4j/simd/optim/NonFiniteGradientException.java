package io.github.fp4j.simd.optim;

/** A gradient holds NaN or infinities and the policy is {@link NonFinitePolicy#FAIL}. Parameters and states are as before the step. */
public final class NonFiniteGradientException extends ArithmeticException {
  private static final long serialVersionUID = 1;

  /** How many elements. */
  private final long count;

  NonFiniteGradientException(String parameter, long count, long step) {
    super("parameter " + parameter + ", step " + step + ": " + count + " elements of the gradient are NaN or infinite");
    this.count = count;
  }

  /** How many elements are not finite. */
  public long count() {
    return count;
  }
}
