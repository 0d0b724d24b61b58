/**
 * Kernels on the Vector API, bit-equal to the scalar models, as the backends {@code simd-128}, {@code simd-256} and {@code simd-512}.
 *
 * <p>The Vector API is an incubator whose members are renamed now and then: Java 25 is the release that is supported.
 */
@NullMarked
package io.github.fp4j.simd;

import org.jspecify.annotations.NullMarked;
