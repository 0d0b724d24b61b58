package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What ggml is timed with is the product that we time: on activations that eight bits hold and scales that are powers of two every sum is exact, so that its answer must
 * be the reference's bit for bit. Where the library is not, it says why.
 */
class GgmlGemmsTest {

  @BeforeEach
  void sayWhereTheRepositoryIs() {
    System.setProperty(PeerLibrary.HOME_PROPERTY, Path.of("..").toAbsolutePath().normalize().toString());
  }

  @AfterEach
  void forget() {
    System.clearProperty(PeerLibrary.HOME_PROPERTY);
  }

  @ParameterizedTest
  @CsvSource({"1, 48, 128, 1", "1, 7, 192, 1", "5, 48, 128, 2", "37, 64, 256, 1"})
  void multipliesWhatEightBitsHoldExactly(int rows, int columns, int k, int threads) {
    Ggml ggml = Ggml.find();
    Optional<GemmKernels> kernels = ggml.gemms();
    if (kernels.isEmpty()) {
      assertThat(ggml.availability() instanceof Availability.Unavailable || ggml.description().contains("no products: ")).isTrue();
      return;
    }
    SplittableRandom random = new SplittableRandom(rows + k);
    for (OperandFormat format : new OperandFormat[] {OperandFormat.NVFP4, OperandFormat.MXFP4}) {
      byte[] codes = new byte[columns * k / 2];
      random.nextBytes(codes);
      byte[] scales = new byte[columns * k / format.block()];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = (byte) (format.equals(OperandFormat.NVFP4) ? 0x30 + 8 * random.nextInt(3) : 126 + random.nextInt(3)); // 1/2, 1, 2
      }
      PackedWeights weights = PackedWeights.of(new GemmOperand(format, columns, k, codes, scales));
      float[] a = new float[rows * k];
      for (int i = 0; i < a.length; i++) {
        a[i] = i % 32 == 0 ? 127 : random.nextInt(-127, 128); // the largest of 32 is 127: its scale is 1
      }
      float[] d = new float[rows * columns];
      float[] right = new float[rows * columns];
      kernels.get().multiply(Ggml.PRODUCT, FloatRows.of(a, rows, k), weights, 0.5f, d, new Parallelism(Runnable::run, threads));
      Backends.byName("reference").gemms().orElseThrow().multiply(GemmKernels.FP32, FloatRows.of(a, rows, k), weights, 0.5f, right, Parallelism.NONE);
      assertThat(d).as("%s, %d x %d x %d", format, rows, columns, k).containsExactly(right);
    }
  }
}
