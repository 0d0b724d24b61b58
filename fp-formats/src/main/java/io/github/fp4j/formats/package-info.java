/**
 * Narrow floating-point formats as data, the conversions between them as data, and the models that say what each conversion must give.
 *
 * <p>{@link io.github.fp4j.formats.FloatFormat} and {@link io.github.fp4j.formats.Conversion} hold the facts; {@link io.github.fp4j.formats.ReferenceCodec} is
 * the slow and obvious model; {@link io.github.fp4j.formats.Staircase} derives the same answers a second way; {@link io.github.fp4j.formats.E2m1} and its
 * siblings are fast and proven equal. {@link io.github.fp4j.formats.Variants} names the conversions of real stacks.
 */
@NullMarked
package io.github.fp4j.formats;

import org.jspecify.annotations.NullMarked;
