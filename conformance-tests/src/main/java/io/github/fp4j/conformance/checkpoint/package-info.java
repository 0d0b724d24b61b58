/** Whole files in and out of block formats: which tensors, in which layout, streamed in pieces that do not depend on the size of a tensor. */
@NullMarked
package io.github.fp4j.conformance.checkpoint;

import org.jspecify.annotations.NullMarked;
