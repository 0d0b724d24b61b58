/**
 * Matrix products of four-bit weights on vectors.
 *
 * <p>Weights lie as {@link io.github.fp4j.formats.gemm.PackedWeights}, sixteen rows interleaved, so that a vector holds one element of several rows: every lane
 * is an accumulator of its own, and the order of additions does not depend on the width. One activation row is multiplied from the codes themselves; many are
 * multiplied tile by tile from panels of {@value io.github.fp4j.simd.gemm.TileProduct#PANEL} rows, decoded to float32 once for all of them.
 */
@NullMarked
package io.github.fp4j.simd.gemm;

import org.jspecify.annotations.NullMarked;
