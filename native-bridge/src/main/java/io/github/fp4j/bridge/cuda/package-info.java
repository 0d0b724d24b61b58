/**
 * CUDA through its driver API: devices, contexts, memory, streams, modules, launches, graphs, and NVRTC, which compiles for them.
 *
 * <p>{@link io.github.fp4j.bridge.cuda.CudaDriver#find} is where it begins; a machine without a driver gets an answer that says so. Objects own native handles:
 * closing one makes it unusable at once, what it depends on lives as long as it does, in whatever order they are closed. None of it needs a CUDA toolkit.
 */
@NullMarked
package io.github.fp4j.bridge.cuda;

import org.jspecify.annotations.NullMarked;
