package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Staircase;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All 2^32 floats through the native libraries. */
@Tag("exhaustive")
class EveryFloatTest {
  private static final int CHUNK = 1 << 16;

  @ParameterizedTest
  @CsvSource({"host, e2m1", "host, e4m3", "nvidia-headers, e2m1", "nvidia-headers, e4m3"})
  void everyFloatEqualsTheStaircase(String backend, String format) {
    ConversionKernels kernels = Bundled.kernels(backend);
    Conversion conversion = Conversion.cuda(FloatFormat.byName(format).orElseThrow());
    Staircase staircase = Staircase.of(conversion);
    LongAdder compared = new LongAdder();
    LongAdder mismatches = new LongAdder();
    ThreadLocal<float[]> values = ThreadLocal.withInitial(() -> new float[CHUNK]);
    ThreadLocal<byte[][]> codes = ThreadLocal.withInitial(() -> new byte[2][CHUNK]);
    IntStream.range(0, 1 << 16).parallel().forEach(chunk -> {
      float[] input = values.get();
      byte[][] output = codes.get();
      int first = chunk << 16;
      for (int i = 0; i < CHUNK; i++) {
        input[i] = Float.intBitsToFloat(first + i);
      }
      staircase.fill(first, output[0], 0, CHUNK);
      kernels.encode(conversion, input, 0, output[1], 0, CHUNK);
      mismatches.add(Arrays.equals(output[0], output[1]) ? 0 : 1);
      compared.add(CHUNK);
    });
    assertThat(mismatches.sum()).isZero();
    assertThat(compared.sum()).isEqualTo(1L << 32);
  }
}
