package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a device adds up a dot product, as data. K is cut into steps in ascending order; a step is one fused sum whose result is the next step's C.
 *
 * <pre>
 * in a step:   groups of products are summed exactly and multiplied by their scales, exactly: the terms
 *              the terms (with C, where it is fused) are cut to fractionBits below the largest exponent, and summed exactly
 *              the sum is normalised and rounded once
 * </pre>
 *
 * <p>Rules that all models share. A NaN among the elements, scales or C makes the result {@link AccumulatorType#nan()}, the elements that it scales being
 * zero or not, and so do infinities of both signs and an infinity times zero; one infinity makes it that infinity; overflow makes it infinite. A sum that is
 * exactly zero is +0 (where IEEE 754 would keep the sign of -0 + -0); a nonzero sum that rounds to zero keeps its sign.
 *
 * @param id name for command lines and reports, lower case, e.g. {@code nvfp4-gst-f35}
 * @param version version of this constant: raised when its bits change
 * @param source who published it, and where
 * @param operands formats of A and B that it takes, both with the same scales
 * @param step the fused sum
 * @param addend where C comes in
 * @param output what each step is rounded to
 */
public record AccumulationModel(
    String id, String version, String source, List<OperandFormat> operands, Step step, Addend addend, Output output) {

  /** {@link Step#products} of a model that rounds once, at the end of K. */
  public static final int ALL_OF_K = Integer.MAX_VALUE;

  /** Exponent of a zero to which terms are aligned (MMA-Sim). */
  static final int ZERO_EXPONENT = -126;

  /** Which exponents the terms of a step are aligned by. */
  public enum Alignment {
    /** The sum of the factors' exponents, not renormalised: of elements and scales, or of the scales alone where products are grouped. */
    FACTORS,
    /** The exponent of the term's actual magnitude; zero terms have none. */
    NORMALISED,
    /** None: the sum is exact. */
    EXACT
  }

  /** What becomes of the part of a term below the last fraction bit. */
  public enum Cut {
    TOWARD_ZERO,
    /** Toward minus infinity: two's complement digits dropped. */
    FLOOR,
    NEAREST_EVEN
  }

  /** Which exponent a zero term has under {@link Alignment#FACTORS}. */
  public enum ZeroTerms {
    /** That of its factors, a zero factor counting as 2^-126. */
    COUNT,
    /** -126, whatever its factors. */
    IGNORED
  }

  /** Where C comes in. */
  public enum Stage {
    /** It is a term of the step's sum like the others. */
    FUSED,
    /** After the step's terms have been summed: the sum is cut to {@link Addend#fractionBits} below the exponent of C (a zero C cuts nothing). */
    AFTER_STEP,
    /** After the last step: the steps start from zero, C is added to their result exactly and rounded once. */
    AFTER_K
  }

  /**
   * One fused sum.
   *
   * @param products products in a step: L, or {@link #ALL_OF_K}
   * @param group products that are summed exactly into one term before scaling
   * @param alignment which exponents are compared
   * @param fractionBits bits kept right of the largest exponent: F; 0 if {@code alignment} is exact
   * @param cut what becomes of the bits below
   * @param zeroTerms which exponent a zero term has
   */
  public record Step(int products, int group, Alignment alignment, int fractionBits, Cut cut, ZeroTerms zeroTerms) {
    public Step {
      require(products > 0, "products", products, "at least 1");
      require(group > 0 && (products == ALL_OF_K || products % group == 0), "group", group, "a divisor of products = " + products);
      require(alignment == Alignment.EXACT ? fractionBits == 0 : fractionBits >= 0 && fractionBits <= 1000, "fractionBits", fractionBits,
          alignment == Alignment.EXACT ? "0 for an exact sum" : "0..1000");
    }
  }

  /**
   * C's part.
   *
   * @param stage where it comes in
   * @param fractionBits bits of the step's sum kept right of C's exponent; 0 unless the stage is {@link Stage#AFTER_STEP}
   */
  public record Addend(Stage stage, int fractionBits) {
    public static final Addend FUSED = new Addend(Stage.FUSED, 0);
    public static final Addend AFTER_K = new Addend(Stage.AFTER_K, 0);

    public Addend {
      require(stage == Stage.AFTER_STEP ? fractionBits >= 0 : fractionBits == 0, "fractionBits", fractionBits, "0 unless C is added after each step");
    }
  }

  /**
   * The rounding of each step, and the type of C and D.
   *
   * @param type the type
   * @param nearest to nearest, ties to even; else toward zero
   */
  public record Output(AccumulatorType type, boolean nearest) {
    public static final Output FP32_RZ = new Output(AccumulatorType.FP32, false);
    public static final Output FP32_RNE = new Output(AccumulatorType.FP32, true);

    @Override
    public String toString() {
      return type + (nearest ? " RNE" : " RZ");
    }
  }

  public AccumulationModel {
    operands = List.copyOf(operands);
    for (OperandFormat operand : operands) {
      if (step.group > 1 && operand.element() != FloatFormat.E2M1) {
        throw new IllegalArgumentException(
            "operands = " + operand + " with groups of " + step.group + ": expected e2m1, the one format that is summed in groups");
      }
    }
  }

  private static void require(boolean holds, String argument, int value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(argument + " = " + value + ": expected " + expected);
    }
  }

  /** Whether it says anything about A and B of these formats. */
  public boolean supports(OperandFormat a, OperandFormat b) {
    return operands.contains(a) && operands.contains(b) && a.scale() == b.scale() && a.block() == b.block();
  }

  /**
   * Checks that it can be evaluated for these operands.
   *
   * @throws IllegalArgumentException if the formats are not supported, the K differ, or K is no multiple of a step
   */
  public void require(GemmOperand a, GemmOperand b) {
    if (!supports(a.format(), b.format())) {
      throw new IllegalArgumentException(
          "model " + id + " does not take " + a.format() + " x " + b.format() + ": expected two of " + operandNames() + " with the same scales");
    }
    if (a.k() != b.k()) {
      throw new IllegalArgumentException("k = " + a.k() + " of A, " + b.k() + " of B: expected the same");
    }
    if (step.products != ALL_OF_K && a.k() % step.products != 0) {
      int padded = (a.k() / step.products + 1) * step.products;
      throw new IllegalArgumentException(
          "k = %d is not a multiple of %d, one step of %s: pad A and B with zero codes and zero scales to K = %d"
              .formatted(a.k(), step.products, id, padded));
    }
  }

  /** The operand formats, separated by blanks. */
  public String operandNames() {
    return operands.stream().map(OperandFormat::name).collect(Collectors.joining(" "));
  }

  @Override
  public String toString() {
    return id;
  }
}
