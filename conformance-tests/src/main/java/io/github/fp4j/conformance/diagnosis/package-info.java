/** Why a subject is wrong: known faults, tried on what it answered; the first mismatch in full; the smallest case that shows it. */
@NullMarked
package io.github.fp4j.conformance.diagnosis;

import org.jspecify.annotations.NullMarked;
