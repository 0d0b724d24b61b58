/** The {@code fp4j} commands, one class each. */
@NullMarked
package io.github.fp4j.conformance.cli;

import org.jspecify.annotations.NullMarked;
