/** Files that hold tensors: safetensors, GGUF and npy, in the packed layouts that real stacks use. */
@NullMarked
package io.github.fp4j.conformance.tensorfile;

import org.jspecify.annotations.NullMarked;
