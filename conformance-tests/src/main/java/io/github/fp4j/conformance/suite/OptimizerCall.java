package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.OptimizerKernels;
import java.util.function.Function;

/**
 * One call of an optimizer kernel on operands that it makes itself, the same every time.
 *
 * @param label the operands in words
 * @param cases array elements of the answer
 * @param answer calls the kernel
 */
record OptimizerCall(String label, long cases, Function<OptimizerKernels, OptimizerAnswer> answer) {}
