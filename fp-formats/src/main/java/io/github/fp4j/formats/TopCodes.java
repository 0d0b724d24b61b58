package io.github.fp4j.formats;

/** What the codes with the largest exponent field mean. */
public enum TopCodes {
  /** Numbers like all others: no infinity, no NaN (OCP MX E2M1, E2M3, E3M2). */
  NUMBERS,
  /** Numbers, but for the one code with every bit of exponent and mantissa set, which is NaN (OCP FP8 E4M3 "FN", E8M0). */
  SINGLE_NAN,
  /** IEEE 754: mantissa 0 is infinity, all others are NaN (E5M2, BF16, FP16, Gaudi 2's E4M3). */
  IEEE
}
