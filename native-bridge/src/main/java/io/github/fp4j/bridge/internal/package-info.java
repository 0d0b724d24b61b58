/** The middle floor, and what all owned native objects share: a status becomes an exception, a handle has an owner. */
@NullMarked
package io.github.fp4j.bridge.internal;

import org.jspecify.annotations.NullMarked;
