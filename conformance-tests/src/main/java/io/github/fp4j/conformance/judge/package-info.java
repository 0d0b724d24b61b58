/** Verdicts: what was asked, what came out, what must come out, and how the two differ. */
@NullMarked
package io.github.fp4j.conformance.judge;

import org.jspecify.annotations.NullMarked;
