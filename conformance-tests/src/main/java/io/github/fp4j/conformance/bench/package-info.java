/**
 * Benchmarks of kernels: every backend that has a kernel, on the same data, in the same run as the limits of the machine itself. JMH runs each in JVMs of its
 * own on the class path.
 */
@NullMarked
package io.github.fp4j.conformance.bench;

import org.jspecify.annotations.NullMarked;
