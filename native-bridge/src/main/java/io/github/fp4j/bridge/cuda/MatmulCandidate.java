package io.github.fp4j.bridge.cuda;

/**
 * An algorithm that cuBLASLt offers for a plan.
 *
 * @param algorithm the algorithm
 * @param workspaceBytes the scratch memory that it needs
 * @param waves how often its blocks fill the device; just above a whole number wastes most of the last wave
 */
public record MatmulCandidate(MatmulAlgorithm algorithm, long workspaceBytes, float waves) {}
