/** The judge judged: implementations that are wrong on purpose, each of which the suites must find. */
@NullMarked
package io.github.fp4j.conformance.mutants;

import org.jspecify.annotations.NullMarked;
