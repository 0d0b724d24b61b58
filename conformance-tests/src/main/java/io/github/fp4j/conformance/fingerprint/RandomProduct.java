package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.gemm.GemmOperand;

/**
 * One random dot product.
 *
 * @param a one row
 * @param b one row, of the same K
 * @param c the initial accumulator
 */
record RandomProduct(GemmOperand a, GemmOperand b, float c) {}
