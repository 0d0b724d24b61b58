package io.github.fp4j.formats.gemm;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One output of a product, exactly and as models have it.
 *
 * @param exact the exact sum of the products and C
 * @param nearest the nearest float32, ties to even: the correctly rounded result
 * @param answers each model's, in the order asked for
 */
public record ErrorAnalysis(BigDecimal exact, float nearest, List<Answer> answers) {

  /**
   * One model's answer.
   *
   * @param model the model's id
   * @param bits bits of D in the model's output type
   * @param ulps forward error, {@code (D - exact) / ulp(nearest)}, in units of the last place of float32; infinite or NaN as D is
   */
  public record Answer(String model, int bits, double ulps) {}

  public ErrorAnalysis {
    answers = List.copyOf(answers);
  }

  /**
   * Analyses one output.
   *
   * @param c the initial accumulator, finite
   * @param models those to ask, each of which must take these operands
   * @throws IllegalArgumentException if an input is infinite or NaN, for then there is no exact value, or a model does not take the operands
   */
  public static ErrorAnalysis of(GemmOperand a, int row, GemmOperand b, int column, float c, List<AccumulationModel> models) {
    DecodedOperand rowOfA = new DecodedOperand(single(a, row));
    DecodedOperand rowOfB = new DecodedOperand(single(b, column));
    if (!rowOfA.isFinite(0) || !rowOfB.isFinite(0) || !Float.isFinite(c)) {
      throw new IllegalArgumentException("row " + row + " of A, row " + column + " of B, c = " + c + ": infinite or NaN; expected finite inputs");
    }
    BigDecimal exact = new BigDecimal(c).add(exactSum(rowOfA, rowOfB, a.k()));
    float nearest = exact.floatValue();
    List<Answer> answers = new ArrayList<>();
    for (AccumulationModel model : models) {
      AccumulatorType type = model.output().type();
      int bits = Gemm.of(model, single(a, row), single(b, column)).dot(0, 0, type.fromFloat(c));
      answers.add(new Answer(model.id(), bits, ulps(exact, nearest, type.toFloat(bits))));
    }
    return new ErrorAnalysis(exact, nearest, answers);
  }

  /** The forward error of any other answer. */
  public double ulps(float d) {
    return ulps(exact, nearest, d);
  }

  private static double ulps(BigDecimal exact, float nearest, float d) {
    if (!Float.isFinite(d)) {
      return d;
    }
    BigDecimal ulp = new BigDecimal(Math.ulp(Float.isInfinite(nearest) ? Float.MAX_VALUE : nearest));
    return new BigDecimal(d).subtract(exact).divide(ulp, MathContext.DECIMAL64).doubleValue();
  }

  /** Products are gathered by their exponents first: few big numbers are added then. */
  private static BigDecimal exactSum(DecodedOperand a, DecodedOperand b, int k) {
    Map<Integer, Long> sums = new TreeMap<>();
    for (int i = 0; i < k; i++) {
      long product = (long) a.significands[i] * b.significands[i];
      sums.merge(a.exponents[i] + b.exponents[i], product, Math::addExact);
    }
    BigDecimal sum = BigDecimal.ZERO;
    for (Map.Entry<Integer, Long> entry : sums.entrySet()) {
      sum = sum.add(scaled(BigInteger.valueOf(entry.getValue()), entry.getKey()));
    }
    return sum;
  }

  private static BigDecimal scaled(BigInteger value, int exponent) {
    return exponent >= 0
        ? new BigDecimal(value.shiftLeft(exponent))
        : new BigDecimal(value).divide(new BigDecimal(BigInteger.TWO.pow(-exponent))); // exact: a power of two ends in decimals
  }

  private static GemmOperand single(GemmOperand operand, int row) {
    byte[] codes = slice(operand.codes(), row, operand.rows());
    byte[] scales = slice(operand.scales(), row, operand.rows());
    return new GemmOperand(operand.format(), 1, operand.k(), codes, scales);
  }

  private static byte[] slice(byte[] bytes, int row, int rows) {
    int length = bytes.length / rows;
    return Arrays.copyOfRange(bytes, row * length, (row + 1) * length);
  }
}
