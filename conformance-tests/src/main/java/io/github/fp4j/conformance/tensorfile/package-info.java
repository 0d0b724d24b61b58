/**
 * Files that hold tensors: safetensors, GGUF and npy, in the packed layouts that real stacks use.
 *
 * <p>{@link io.github.fp4j.conformance.tensorfile.TensorFile} opens any of them, {@link io.github.fp4j.conformance.tensorfile.TensorWriter} writes one
 * in pieces, {@link io.github.fp4j.conformance.tensorfile.CheckpointLayout} says which tensors make a quantised weight.
 */
@NullMarked
package io.github.fp4j.conformance.tensorfile;

import org.jspecify.annotations.NullMarked;
