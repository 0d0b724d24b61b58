package io.github.fp4j.conformance.mutants;

/**
 * Whether the usual tolerant comparisons of a result with the right one notice a difference. A NaN where a number is due fails all of them.
 *
 * @param cosine the cosine of both, as vectors, is not above 0.97
 * @param sqnr the ratio of signal to noise is not above 15.8 dB
 * @param tenth some element differs by more than 0.1 + 0.1 |right|
 * @param thousandths some element differs by more than 8e-3 (1 + |right|)
 */
public record Tolerances(boolean cosine, boolean sqnr, boolean tenth, boolean thousandths) {

  /** Of arrays of one length; infinite numbers and NaNs of the right result are left out. */
  static Tolerances of(float[] right, float[] wrong) {
    double product = 0;
    double rightSquares = 0;
    double wrongSquares = 0;
    double noise = 0;
    boolean tenth = false;
    boolean thousandths = false;
    for (int i = 0; i < right.length; i++) {
      if (Float.isFinite(right[i])) {
        double difference = Math.abs((double) right[i] - wrong[i]);
        product += (double) right[i] * wrong[i];
        rightSquares += (double) right[i] * right[i];
        wrongSquares += (double) wrong[i] * wrong[i];
        noise += difference * difference;
        tenth |= !(difference <= 0.1 + 0.1 * Math.abs(right[i]));
        thousandths |= !(difference <= 8e-3 * (1 + Math.abs(right[i])));
      }
    }
    boolean same = noise == 0;
    boolean cosine = !same && !(product / Math.sqrt(rightSquares * wrongSquares) > 0.97);
    boolean sqnr = !same && !(10 * Math.log10(rightSquares / noise) > 15.8);
    return new Tolerances(cosine, sqnr, tenth, thousandths);
  }
}
