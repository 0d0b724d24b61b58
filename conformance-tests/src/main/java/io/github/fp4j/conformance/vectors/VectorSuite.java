package io.github.fp4j.conformance.vectors;

/** A list of questions that is the same everywhere for a given seed. */
public interface VectorSuite {

  /** Its name on command lines and in headers, e.g. {@code gemm-certified/nvfp4}. */
  String id();

  /** What its questions were drawn with. */
  long seed();

  /** How many questions it has. */
  int count();

  /** Question {@code number}, from 0 on. */
  VectorCase at(int number);

  /** What its answers show beyond right and wrong; by default nothing. */
  default Finding finding() {
    return Finding.NONE;
  }

  /** Judged elements of the first {@code count} questions. */
  default long cases(int count) {
    long cases = 0;
    for (int number = 0; number < count; number++) {
      cases += at(number).cases();
    }
    return cases;
  }
}
