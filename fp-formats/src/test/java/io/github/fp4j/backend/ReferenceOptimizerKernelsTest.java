package io.github.fp4j.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the scalar optimizer kernels refuse; their results are what all others are compared with. */
class ReferenceOptimizerKernelsTest {
  private static final int CHUNK = OptimizerKernels.CHUNK;
  private final OptimizerKernels kernels = ReferenceBackend.INSTANCE.optimizers().orElseThrow();

  @Test
  void squaresAreThoseOfOneChunk() {
    float[] gradient = new float[CHUNK + 3];
    Arrays.fill(gradient, 2);
    assertThat(kernels.squaresClipped(gradient, 3, CHUNK, 1, .5f)).as("2 * .5, squared").isEqualTo(CHUNK);
    assertThat(kernels.squaresClipped(gradient, CHUNK + 3, 0, 1, .5f)).isZero();
    assertThatThrownBy(() -> kernels.squaresClipped(gradient, 0, CHUNK + 1, 1, .5f))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("length = 4097: expected at most 4096, the elements of one chunk");
    assertThatThrownBy(() -> kernels.squaresClipped(gradient, 4, CHUNK, 1, .5f)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.squaresClipped(gradient, 0, -1, 1, .5f)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
