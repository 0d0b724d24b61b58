/** Output that is there when it is complete, or not at all. */
@NullMarked
package io.github.fp4j.conformance.staging;

import org.jspecify.annotations.NullMarked;
