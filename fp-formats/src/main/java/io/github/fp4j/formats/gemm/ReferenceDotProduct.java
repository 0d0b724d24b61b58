package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.ExactValue;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Stage;
import io.github.fp4j.formats.gemm.AccumulationModel.ZeroTerms;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Every model by its definition, in exact arithmetic without bounds: slow, obvious, and by definition right. */
final class ReferenceDotProduct implements DotProduct {
  private final AccumulationModel model;
  private final GemmOperand a;
  private final GemmOperand b;
  private final Decoder elementsOfA;
  private final Decoder elementsOfB;
  private final @Nullable Decoder scales;

  ReferenceDotProduct(AccumulationModel model, GemmOperand a, GemmOperand b) {
    model.require(a, b);
    this.model = model;
    this.a = a;
    this.b = b;
    elementsOfA = Decoder.of(a.format().element());
    elementsOfB = Decoder.of(b.format().element());
    FloatFormat scale = a.format().scale();
    scales = scale == null ? null : Decoder.of(scale);
  }

  @Override
  public int dot(int row, int column, int c) {
    boolean late = model.addend().stage() == Stage.AFTER_K;
    int accumulator = late ? 0 : c;
    int products = Math.min(model.step().products(), a.k());
    for (int k = 0; k < a.k(); k += products) {
      accumulator = step(terms(row, column, k, k + products), accumulator);
    }
    return late ? round(Term.of(type(), accumulator).plus(Term.of(type(), c))) : accumulator;
  }

  /** One fused sum over {@code terms} that continues {@code accumulator}. */
  private int step(List<Term> terms, int accumulator) {
    Term addend = Term.of(type(), accumulator);
    return switch (model.addend().stage()) {
      case FUSED, AFTER_K -> {
        terms.add(addend);
        yield round(fusedSum(terms));
      }
      case AFTER_STEP -> {
        Term sum = fusedSum(terms);
        Term cut = addend.isZero() ? sum : sum.cut(addend.binade() - model.addend().fractionBits(), model.step().cut());
        yield round(cut.plus(addend));
      }
    };
  }

  /** The scaled sums of the groups of {@code from..to}. */
  private List<Term> terms(int row, int column, int from, int to) {
    List<Term> terms = new ArrayList<>();
    int group = model.step().group();
    for (int k = from; k < to; k += group) {
      Term sum = group == 1 ? product(row, column, k) : groupSum(row, column, k, k + group);
      Term scaled = scales == null ? sum : sum.times(scales.decode(a.scale(row, k))).times(scales.decode(b.scale(column, k)));
      boolean ignored = scaled.isZero() && model.step().zeroTerms() == ZeroTerms.IGNORED;
      terms.add(ignored ? scaled.alignedBy(AccumulationModel.ZERO_EXPONENT) : scaled);
    }
    return terms;
  }

  private Term product(int row, int column, int k) {
    return elementsOfA.decode(a.code(row, k)).times(elementsOfB.decode(b.code(column, k)));
  }

  /** The sum of the products of a group, which adds nothing to the scales' exponents. */
  private Term groupSum(int row, int column, int from, int to) {
    long sum = 0;
    for (int k = from; k < to; k++) {
      sum += elementsOfA.quanta(a.code(row, k)) * elementsOfB.quanta(b.code(column, k));
    }
    return new Term(ExactValue.Kind.FINITE, BigInteger.valueOf(sum), elementsOfA.quantum() + elementsOfB.quantum(), 0);
  }

  /** The terms cut to the last fraction bit, then summed exactly. */
  private Term fusedSum(List<Term> terms) {
    int largest = Integer.MIN_VALUE;
    for (Term term : terms) {
      if (model.step().alignment() == Alignment.FACTORS) {
        largest = Math.max(largest, term.alignment());
      } else if (!term.isZero()) {
        largest = Math.max(largest, term.binade());
      }
    }
    boolean exact = model.step().alignment() == Alignment.EXACT || largest == Integer.MIN_VALUE;
    Term sum = new Term(ExactValue.Kind.FINITE, BigInteger.ZERO, 0, 0);
    for (Term term : terms) {
      sum = sum.plus(exact ? term : term.cut(largest - model.step().fractionBits(), model.step().cut()));
    }
    return sum;
  }

  private int round(Term sum) {
    return switch (sum.kind()) {
      case NAN -> type().nan();
      case INFINITE -> type().infinity(sum.significand().signum() < 0);
      case FINITE -> type().round(sum.significand(), sum.exponent(), model.output().nearest());
    };
  }

  private AccumulatorType type() {
    return model.output().type();
  }

  /** Codes to terms: each is made once, when it is first met. */
  private static final class Decoder {
    private static final Map<FloatFormat, Decoder> KNOWN = new ConcurrentHashMap<>();

    private final FloatFormat format;
    private final @Nullable Term[] terms;

    private Decoder(FloatFormat format) {
      this.format = format;
      terms = new Term[format.codeCount()];
    }

    static Decoder of(FloatFormat format) {
      return KNOWN.computeIfAbsent(format, Decoder::new);
    }

    Term decode(int code) {
      int at = code & terms.length - 1;
      Term known = terms[at];
      return known != null ? known : (terms[at] = Term.of(format, at)); // threads that meet here make equal terms
    }

    /** The power of two of which every number of the format is a multiple. */
    int quantum() {
      return format.minExponent() - format.mantissaBits();
    }

    /** A finite number in units of 2^quantum. */
    long quanta(int code) {
      Term term = decode(code);
      return term.significand().longValue() << term.exponent() - quantum();
    }
  }
}
