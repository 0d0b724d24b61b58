package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.simd.SteadyAllocation.Kernel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link SteadyAllocation} sees what is allocated, and waits for what ends. */
class SteadyAllocationTest {
  private Object kept;
  private int calls;

  @Test
  void whatIsAllocatedInEveryCallIsSaid() {
    assertThat(SteadyAllocation.stillAllocating(List.of(new Kernel("nothing", () -> {}), new Kernel("array", () -> kept = new byte[48]))))
        .containsExactly("array: 64 bytes a call after 500 rounds");
    assertThat(kept).isNotNull();
  }

  @Test
  void oneObjectInManyCallsIsSeen() {
    assertThat(SteadyAllocation.stillAllocating(List.of(new Kernel("now and then", () -> kept = ++calls % 40 == 0 ? new Object() : kept)))).hasSize(1);
  }

  @Test
  void theResultIsAllowedAndAWarmUpWaitedFor() {
    List<Kernel> kernels = List.of(new Kernel("result", 64, () -> kept = new byte[48]), new Kernel("warm-up", () -> kept = ++calls < 5000 ? new Object() : null));
    assertThat(SteadyAllocation.stillAllocating(kernels)).isEmpty();
  }
}
