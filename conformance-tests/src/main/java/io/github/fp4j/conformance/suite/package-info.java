/** What is asked: coverage classes with counted cases. */
@NullMarked
package io.github.fp4j.conformance.suite;

import org.jspecify.annotations.NullMarked;
