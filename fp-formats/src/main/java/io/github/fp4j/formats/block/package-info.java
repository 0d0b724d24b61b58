/**
 * Block-scaled formats (NVFP4, the MX family and any other) as every real implementation does them: the formats, the rules of each stack and the memory
 * layouts as data, and one readable model that runs them all.
 *
 * <p>{@link io.github.fp4j.formats.block.BlockFormat} says what is stored; {@link io.github.fp4j.formats.block.QuantizationProfile} says how one stack computes
 * it, and {@link io.github.fp4j.formats.block.Profiles} lists the stacks; {@link io.github.fp4j.formats.block.ReferenceQuantizer} is the model;
 * {@link io.github.fp4j.formats.block.BlockTensor} is a result.
 */
@NullMarked
package io.github.fp4j.formats.block;

import org.jspecify.annotations.NullMarked;
