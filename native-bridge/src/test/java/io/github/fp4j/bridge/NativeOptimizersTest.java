package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.OptimizerKernels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Arguments of an optimizer's step are checked before the host library sees them. Its results are the judge's. */
class NativeOptimizersTest {
  private static final int CHUNK = OptimizerKernels.CHUNK;

  @Test
  void squaresAreThoseOfOneChunk() {
    float[] gradient = new float[CHUNK + 3];
    Arrays.fill(gradient, 2);
    OptimizerKernels kernels = Bundled.backend("host").optimizers().orElseThrow();
    assertThat(kernels.squaresClipped(gradient, 3, CHUNK, 1, .5f)).as("2 * .5, squared").isEqualTo(CHUNK);
    assertThat(kernels.squaresClipped(gradient, CHUNK + 3, 0, 1, .5f)).isZero();
    assertThatThrownBy(() -> kernels.squaresClipped(gradient, 0, CHUNK + 1, 1, .5f))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("length = 4097: expected at most 4096, the elements of one chunk");
    assertThatThrownBy(() -> kernels.squaresClipped(gradient, 4, CHUNK, 1, .5f)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.squaresClipped(gradient, 0, -1, 1, .5f)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
