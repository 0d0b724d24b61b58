package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.BottomCodes;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.TopCodes;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Stage;
import io.github.fp4j.formats.gemm.AccumulationModel.ZeroTerms;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models a second time, from their definition in fractions: significands in [1, 2) and exponents by comparison with powers of two, cuts by division,
 * special values by double arithmetic. Shares with the code under test the models' data and the operands' access to codes, nothing else.
 */
final class BruteForce {
  private static final Map<FloatFormat, Value[]> TABLES = new ConcurrentHashMap<>();
  private static final Value[] NO_SCALES = {new Value(1, Rational.of(1), 0)};

  private final AccumulationModel model;
  private final AccumulatorType type;
  private final GemmOperand a;
  private final GemmOperand b;
  private final Value[] elementsOfA;
  private final Value[] elementsOfB;
  private final Value[] scales;

  BruteForce(AccumulationModel model, GemmOperand a, GemmOperand b) {
    this.model = model;
    this.type = model.output().type();
    this.a = a;
    this.b = b;
    elementsOfA = TABLES.computeIfAbsent(a.format().element(), BruteForce::table);
    elementsOfB = TABLES.computeIfAbsent(b.format().element(), BruteForce::table);
    FloatFormat scale = a.format().scale();
    scales = scale == null ? NO_SCALES : TABLES.computeIfAbsent(scale, BruteForce::table);
  }

  /** A code: its value three times over. {@code significand * 2^exponent} is the value of a finite one. */
  private record Value(double asDouble, Rational significand, int exponent) {
    Rational exact() {
      return significand.times(Rational.powerOfTwo(exponent));
    }
  }

  /** A term of a step before alignment. */
  private record Part(Rational significand, int exponent) {
    Rational exact() {
      return significand.times(Rational.powerOfTwo(exponent));
    }
  }

  int dot(int row, int column, int c) {
    if (model == AccumulationModels.SEQUENTIAL_FP32 && a.format() == OperandFormat.NVFP4) {
      return sequential(row, column, c);
    }
    boolean late = model.addend().stage() == Stage.AFTER_K;
    int length = Math.min(model.step().products(), a.k());
    int accumulator = late ? 0 : c;
    for (int k = 0; k < a.k(); k += length) {
      accumulator = step(row, column, k, length, accumulator);
    }
    if (!late) {
      return accumulator;
    }
    double sum = (double) type.toFloat(accumulator) + type.toFloat(c); // inexact perhaps, but infinite or NaN rightly
    return Double.isFinite(sum) ? rounded(exact(accumulator).exact().plus(exact(c).exact())) : special(sum);
  }

  /** The hardware's float32 multiply-add; its sum of -0 and -0 is made +0, as the models have it. */
  private int sequential(int row, int column, int c) {
    float sum = Float.intBitsToFloat(c) + 0f;
    for (int k = 0; k < a.k(); k++) {
      float x = (float) (elementsOfA[a.code(row, k)].asDouble * scale(a, row, k).asDouble);
      float y = (float) (elementsOfB[b.code(column, k)].asDouble * scale(b, column, k).asDouble);
      sum = Math.fma(x, y, sum);
    }
    return Float.isNaN(sum) ? 0x7FFFFFFF : Float.floatToRawIntBits(sum);
  }

  private int step(int row, int column, int from, int length, int accumulator) {
    int group = model.step().group();
    Part[] parts = new Part[length / group];
    double check = type.toFloat(accumulator);
    for (int i = 0; i < parts.length; i++) {
      int k = from + i * group;
      Value scaleOfA = scale(a, row, k);
      Value scaleOfB = scale(b, column, k);
      check += scaleOfA.asDouble * scaleOfB.asDouble * 0;
      long quarters = 0;
      Rational sum = Rational.ZERO;
      int exponent = 0;
      for (int n = k; n < k + group; n++) {
        Value x = elementsOfA[a.code(row, n)];
        Value y = elementsOfB[b.code(column, n)];
        if (group > 1) {
          quarters += (long) (4 * x.asDouble * y.asDouble);
        } else {
          check += x.asDouble * y.asDouble * scaleOfA.asDouble * scaleOfB.asDouble;
          sum = Double.isFinite(x.asDouble * y.asDouble) ? x.significand.times(y.significand) : Rational.ZERO;
          exponent = x.exponent + y.exponent;
        }
      }
      if (group > 1) {
        sum = Rational.over(quarters, 2);
      }
      Rational significand = Double.isNaN(check) || scales == NO_SCALES ? sum : sum.times(scaleOfA.significand).times(scaleOfB.significand);
      exponent += scaleOfA.exponent + scaleOfB.exponent;
      boolean ignored = significand.sign() == 0 && model.step().zeroTerms() == ZeroTerms.IGNORED;
      parts[i] = new Part(significand, ignored ? -126 : exponent);
    }
    if (!Double.isFinite(check)) {
      return special(check);
    }
    Part c = exact(accumulator);
    if (model.addend().stage() != Stage.AFTER_STEP) {
      Part[] withC = Arrays.copyOf(parts, parts.length + 1);
      withC[parts.length] = c;
      return rounded(sum(withC));
    }
    Rational stage = sum(parts);
    if (c.significand.sign() != 0) {
      int unit = c.exact().binade() - model.addend().fractionBits();
      stage = stage.times(Rational.powerOfTwo(-unit)).truncated().times(Rational.powerOfTwo(unit));
    }
    return rounded(stage.plus(c.exact()));
  }

  private Rational sum(Part[] parts) {
    if (model.step().alignment() == Alignment.EXACT) {
      Rational sum = Rational.ZERO;
      for (Part part : parts) {
        if (part.significand.sign() != 0) {
          sum = sum.plus(part.exact());
        }
      }
      return sum;
    }
    boolean byMagnitude = model.step().alignment() == Alignment.NORMALISED;
    int largest = Integer.MIN_VALUE;
    for (Part part : parts) {
      if (!byMagnitude) {
        largest = Math.max(largest, part.exponent);
      } else if (part.significand.sign() != 0) {
        largest = Math.max(largest, part.exact().binade());
      }
    }
    if (largest == Integer.MIN_VALUE) {
      return Rational.ZERO;
    }
    int bits = model.step().fractionBits();
    Rational total = Rational.ZERO;
    for (Part part : parts) {
      Rational digits = part.significand.times(Rational.powerOfTwo(bits + part.exponent - largest));
      total = total.plus(
          switch (model.step().cut()) {
            case TOWARD_ZERO -> digits.truncated();
            case FLOOR -> digits.floor();
            case NEAREST_EVEN -> digits.nearestEven();
          });
    }
    return total.times(Rational.powerOfTwo(largest - bits));
  }

  private int special(double value) {
    if (Double.isNaN(value)) {
      return type == AccumulatorType.FP16 ? 0x7FFF : 0x7FFFFFFF;
    }
    return bits(value > 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY);
  }

  private int rounded(Rational value) {
    if (value.sign() == 0) {
      return 0;
    }
    int smallest = type == AccumulatorType.FP16 ? -14 : -126;
    int precision = switch (type) {
      case FP16 -> 10;
      case FP32_E8M13 -> 13;
      case FP32 -> 23;
    };
    int unit = Math.max(value.binade(), smallest) - precision;
    Rational units = value.abs().times(Rational.powerOfTwo(-unit));
    Rational kept = model.output().nearest() ? units.nearestEven() : units.truncated();
    double magnitude = Math.scalb((double) kept.longValue(), unit);
    double limit = type == AccumulatorType.FP16 ? 65536 : 0x1p128;
    return bits((float) (magnitude >= limit ? Double.POSITIVE_INFINITY : magnitude) * value.sign());
  }

  private int bits(float value) {
    return type == AccumulatorType.FP16 ? Float.floatToFloat16(value) & 0xFFFF : Float.floatToRawIntBits(value);
  }

  private Part exact(int bits) {
    double value = type.toFloat(bits);
    if (value == 0 || !Double.isFinite(value)) {
      return new Part(Rational.ZERO, -126);
    }
    int exponent = Math.max(Math.getExponent(value), type == AccumulatorType.FP16 ? -14 : -126);
    long scaled = (long) Math.scalb(value, 30 - exponent);
    return new Part(Rational.over(scaled, 30), exponent);
  }

  private Value scale(GemmOperand operand, int row, int k) {
    return scales == NO_SCALES ? scales[0] : scales[operand.scale(row, k) & scales.length - 1];
  }

  private static Value[] table(FloatFormat format) {
    Value[] table = new Value[format.codeCount()];
    for (int code = 0; code < table.length; code++) {
      table[code] = decoded(format, code);
    }
    return table;
  }

  private static Value decoded(FloatFormat format, int code) {
    int mantissas = 1 << format.mantissaBits();
    int fields = 1 << format.exponentBits();
    int mantissa = code % mantissas;
    int field = code / mantissas % fields;
    int sign = code / mantissas / fields % 2 == 1 ? -1 : 1;
    if (field == fields - 1 && format.topCodes() == TopCodes.IEEE) {
      return new Value(mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN, Rational.ZERO, 0);
    }
    if (field == fields - 1 && mantissa == mantissas - 1 && format.topCodes() == TopCodes.SINGLE_NAN) {
      return new Value(Double.NaN, Rational.ZERO, 0);
    }
    boolean subnormal = field == 0 && format.bottomCodes() == BottomCodes.ZERO_AND_SUBNORMALS;
    int exponent = (subnormal ? 1 : field) - format.bias();
    int numerator = sign * (subnormal ? mantissa : mantissas + mantissa);
    double value = (double) numerator / mantissas * Math.pow(2, exponent);
    return new Value(value, Rational.over(numerator, format.mantissaBits()), numerator == 0 ? -126 : exponent);
  }
}
