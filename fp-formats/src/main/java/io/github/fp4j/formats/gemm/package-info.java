/**
 * How tensor cores add up: accumulation models as data, their evaluators, vectors that tell them apart, and the certificate of outputs on which all must
 * agree.
 */
@NullMarked
package io.github.fp4j.formats.gemm;

import org.jspecify.annotations.NullMarked;
