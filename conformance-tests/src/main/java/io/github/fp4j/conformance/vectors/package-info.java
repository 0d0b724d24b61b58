/** Test vectors for subjects that are elsewhere: questions as text on a pipe or as files, and the answers that come back. */
@NullMarked
package io.github.fp4j.conformance.vectors;

import org.jspecify.annotations.NullMarked;
