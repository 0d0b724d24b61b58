/** Which accumulator a device has: vectors that tell the models apart, put to it until one is left. */
@NullMarked
package io.github.fp4j.conformance.fingerprint;

import org.jspecify.annotations.NullMarked;
