/**
 * Table formats that are not floats: the 4-bit and 8-bit maps that optimizer states are stored in, and the two ways of scaling a tensor for them.
 *
 * <p>Sources: Li, Chen, Zhu, <i>Memory Efficient Optimizers with 4-bit States</i> (arXiv 2309.01507); Dettmers et al., <i>8-bit Optimizers via Block-wise
 * Quantization</i> (arXiv 2110.02861) and bitsandbytes.
 */
@NullMarked
package io.github.fp4j.formats.codebook;

import org.jspecify.annotations.NullMarked;
