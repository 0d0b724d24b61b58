/**
 * Optimizers: Stable-SPAM and its family, with moments of 32 down to 4 bits.
 *
 * <p>A step has three parts that do not know each other: the gradient's conditioning (AdaClip, AdaGN, global clipping) gives three scalars; the moments come
 * from and go back to a store of some format; an update rule sees float32 chunks of both. Any rule runs on any store.
 *
 * <p>Sources: Huang et al., <i>Stable-SPAM</i> (arXiv 2502.17055); Huang et al., <i>SPAM</i> (arXiv 2501.06842); Li, Chen, Zhu, <i>Memory Efficient Optimizers
 * with 4-bit States</i> (arXiv 2309.01507); Dettmers et al., <i>8-bit Optimizers</i> (arXiv 2110.02861); Shazeer, Stern, <i>Adafactor</i> (arXiv 1804.04235);
 * Zhang et al., <i>Adam-mini</i> (arXiv 2406.16793); Chen et al., <i>Lion</i> (arXiv 2302.06675); Lv et al., <i>AdaLomo</i> (arXiv 2310.10195).
 */
@NullMarked
package io.github.fp4j.simd.optim;

import org.jspecify.annotations.NullMarked;
