package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.simd.SteadyAllocation.Kernel;
import io.github.fp4j.simd.Widths.Width;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Once compiled, no kernel allocates: a vector that C2 could not keep in a register is an object, and the kernel is then 6 to 1000 times slower. Unlike time,
 * bytes do not depend on the machine's load. All widths run in turn in one JVM, as they do under the judge.
 */
@Tag("allocation")
class AllocationTest {
  private static final int LENGTH = 1 << 12;

  @Test
  void noKernelAllocates() {
    List<Kernel> kernels = new ArrayList<>();
    for (Width width : Widths.available()) {
      addKernels(width, kernels);
    }
    assertThat(kernels).hasSize(12 * Widths.available().size());
    assertThat(SteadyAllocation.stillAllocating(kernels)).isEmpty();
  }

  private static void addKernels(Width width, List<Kernel> kernels) {
    SimdConversions conversions = width.kernels();
    float[] values = new float[LENGTH];
    byte[] codes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = (i - LENGTH / 2) * 0.001f;
      codes[i] = (byte) i;
    }
    float[] decoded = new float[LENGTH];
    byte[] encoded = new byte[LENGTH];
    List<Conversion> encodings =
        List.of(
            Conversion.cuda(FloatFormat.E2M1),
            Conversion.cuda(FloatFormat.E4M3),
            Conversion.cuda(FloatFormat.UE4M3).with(Overflow.NAN),
            Conversion.cuda(FloatFormat.E5M2),
            Conversion.cuda(FloatFormat.UE8M0));
    for (Conversion conversion : encodings) {
      kernels.add(new Kernel(width + " to " + conversion, () -> conversions.encode(conversion, values, 0, encoded, 0, LENGTH)));
    }
    Conversion e2m1 = Conversion.cuda(FloatFormat.E2M1);
    kernels.add(new Kernel(width + " to packed e2m1", () -> conversions.encodePacked(e2m1, values, 0, encoded, 0, LENGTH)));
    for (FloatFormat format : conversions.decodableFormats()) {
      kernels.add(new Kernel(width + " from " + format, () -> conversions.decode(format, codes, 0, decoded, 0, LENGTH)));
    }
    kernels.add(new Kernel(width + " from packed e2m1", () -> conversions.decodePacked(FloatFormat.E2M1, codes, 0, decoded, 0, LENGTH)));
  }
}
