/** Optimizers from the command line: trajectories from files, and the spike experiment. */
@NullMarked
package io.github.fp4j.conformance.optim;

import org.jspecify.annotations.NullMarked;
