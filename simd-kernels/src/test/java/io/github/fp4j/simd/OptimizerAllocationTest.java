package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import io.github.fp4j.simd.SteadyAllocation.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Once compiled, no optimizer kernel allocates, whatever widths have run before; see {@link AllocationTest}. */
@Tag("allocation")
class OptimizerAllocationTest {
  private static final int LENGTH = 1 << 12;

  @Test
  void noKernelAllocates() {
    for (Widths.OptimizerWidth width : Widths.optimizers()) {
      List<Kernel> kernels = new ArrayList<>();
      addKernels(width.kernels(), kernels);
      int coded = width.kernels().codedAdam().isPresent() ? 2 : 0;
      assertThat(kernels).hasSize(7 + 4 * Codebook.all().size() + coded);
      assertThat(SteadyAllocation.stillAllocating(kernels)).as(width.toString()).isEmpty();
    }
  }

  private static void addKernels(OptimizerKernels kernels, List<Kernel> all) {
    float[] x = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      x[i] = (float) Math.sin(i);
    }
    float[] p = x.clone();
    float[] m = x.clone();
    float[] v = new float[LENGTH];
    float[] scales = new float[LENGTH];
    Arrays.fill(scales, 2);
    byte[] codes = new byte[LENGTH];
    int[] magnitudes = new int[1];
    double[] squares = new double[1];
    AdamCoefficients blend = new AdamCoefficients();
    AdamCoefficients lerp = new AdamCoefficients();
    lerp.lerp = true;
    all.add(new Kernel("scan", () -> kernels.scan(x, 0, LENGTH, magnitudes, squares, 0)));
    all.add(new Kernel("squaresClipped", () -> kernels.squaresClipped(x, 0, LENGTH, .5f, .5f)));
    all.add(new Kernel("countAbove", () -> kernels.countAbove(x, 0, LENGTH, .5f)));
    all.add(new Kernel("adam, blend", () -> kernels.adam(blend, p, 0, x, 0, m, 0, v, 0, LENGTH)));
    all.add(new Kernel("adam, lerp", () -> kernels.adam(lerp, p, 0, x, 0, m, 0, v, 0, LENGTH)));
    all.add(new Kernel("raiseMaxima", () -> kernels.raiseMaxima(x, 0, LENGTH, v, 0)));
    all.add(new Kernel("limitScales", () -> kernels.limitScales(.5f, v, 0, m, 0, LENGTH)));
    kernels.codedAdam().ifPresent(coded -> addCoded(coded, blend, lerp, x, all));
    for (Codebook codebook : Codebook.all()) {
      BlockwiseCodebook format = new BlockwiseCodebook(codebook, 128);
      float[] blockScales = new float[LENGTH / 128];
      all.add(new Kernel("encode " + format, () -> kernels.encode(format, x, 0, LENGTH, codes, 0, blockScales, 0)));
      all.add(new Kernel("decode " + format, () -> kernels.decode(format, codes, 0, blockScales, 0, p, 0, LENGTH)));
      all.add(new Kernel("encode " + codebook, () -> kernels.encode(codebook, x, 0, LENGTH, scales, 0, codes, 0)));
      all.add(new Kernel("decode " + codebook, () -> kernels.decode(codebook, codes, 0, scales, 0, p, 0, LENGTH)));
    }
  }

  private static void addCoded(CodedAdam coded, AdamCoefficients blend, AdamCoefficients lerp, float[] x, List<Kernel> all) {
    float[] p = x.clone();
    CodedAdam.Moment first = encoded(Codebook.SIGNED_DYNAMIC_4, x);
    CodedAdam.Moment second = encoded(Codebook.LINEAR_4, x);
    all.add(new Kernel("coded adam, blend", () -> coded.adam(blend, p, 0, x, 0, first, second, 0, LENGTH)));
    all.add(new Kernel("coded adam, lerp", () -> coded.adam(lerp, p, 0, x, 0, first, second, 0, LENGTH)));
  }

  private static CodedAdam.Moment encoded(Codebook codebook, float[] values) {
    BlockwiseCodebook format = new BlockwiseCodebook(codebook, 128);
    CodedAdam.Moment moment = new CodedAdam.Moment(format, new byte[codebook.bytes(LENGTH)], new float[format.blocks(LENGTH)]);
    format.encode(values, 0, LENGTH, moment.packed(), 0, moment.scales(), 0);
    return moment;
  }
}
