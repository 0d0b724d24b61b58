package io.github.fp4j.formats;

/** What the codes with exponent field 0 mean. */
public enum BottomCodes {
  /** IEEE 754: mantissa 0 is zero, all others are subnormal. */
  ZERO_AND_SUBNORMALS,
  /** An ordinary binade: the format has no zero (OCP MX E8M0, whose code 0 is 2^-127). */
  NORMALS
}
