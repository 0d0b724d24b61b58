/**
 * The contracts that every implementation fulfils, and how implementations are found.
 *
 * <p>A third party's implementation is judged by putting a jar on the path that provides a {@link io.github.fp4j.backend.BackendProvider}.
 */
@NullMarked
package io.github.fp4j.backend;

import org.jspecify.annotations.NullMarked;
