package io.github.fp4j.conformance.bench;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.conformance.subject.Ggml;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The operations that are timed. A backend that is judged by a rule of its own, as ggml is, is timed under that rule. */
public final class KernelFamilies {
  private static final int COLUMNS = KernelFamily.ROW;
  private static final int GEMM_ROWS = 512;

  /** NVIDIA's rule, and ggml's for who has no other. */
  private static final List<QuantizationProfile> NVFP4 = List.of(Profiles.TE_2_15, Profiles.GGML_NVFP4);

  private static final List<QuantizationProfile> MXFP4 = List.of(Profiles.TORCHAO_MX_RCEIL, Profiles.GGML_MXFP4);
  private static final double NVFP4_BYTES = .5 + 1 / 16.0;
  private static final double MXFP4_BYTES = .5 + 1 / 32.0;

  private static final List<KernelFamily> ALL =
      Stream.concat(
          Stream.of(
              new KernelFamily("encode-e2m1", "float32 to packed E2M1", 4, .5, 1, KernelFamilies::encodePacked),
              new KernelFamily("encode-e4m3", "float32 to E4M3", 4, 1, 1, (backend, n) -> encode(backend, FloatFormat.E4M3, n)),
              new KernelFamily("decode-e4m3", "E4M3 to float32", 1, 4, 1, (backend, n) -> decode(backend, FloatFormat.E4M3, n)),
              new KernelFamily("encode-e5m2", "float32 to E5M2", 4, 1, 1, (backend, n) -> encode(backend, FloatFormat.E5M2, n)),
              new KernelFamily("decode-e5m2", "E5M2 to float32", 1, 4, 1, (backend, n) -> decode(backend, FloatFormat.E5M2, n)),
              new KernelFamily("amax", "largest magnitude", 4, 0, 1, KernelFamilies::amax),
              new KernelFamily("quantize-nvfp4", "NVFP4 along rows, tensor scale known", 4, NVFP4_BYTES, 1, (backend, n) -> quantize(backend, NVFP4, n)),
              new KernelFamily("quantize-mxfp4", "MXFP4 along rows", 4, MXFP4_BYTES, 1, (backend, n) -> quantize(backend, MXFP4, n)),
              new KernelFamily("quantize-nvfp4-both", "NVFP4, rows and transpose from one read", 4, 2 * NVFP4_BYTES, 1, KernelFamilies::quantizeBoth),
              new KernelFamily("dequantize-nvfp4", "NVFP4 to float32", NVFP4_BYTES, 4, 1, (backend, n) -> dequantize(backend, NVFP4, n)),
              new KernelFamily("dequantize-mxfp4", "MXFP4 to float32", MXFP4_BYTES, 4, 1, (backend, n) -> dequantize(backend, MXFP4, n)),
              new KernelFamily("hadamard-16", "randomised Hadamard of 16, result in bf16", 4, 4, 1, true, KernelFamilies::hadamard),
              new KernelFamily("swizzle-128x4", "scales into tiles of 128 x 4", 1, 1, 1, KernelFamilies::swizzle),
              new KernelFamily("gemv-nvfp4", "NVFP4 weights times one float32 row", NVFP4_BYTES, 0, 2, (backend, n) -> product(backend, OperandFormat.NVFP4, 1, n)),
              new KernelFamily("gemv-mxfp4", "MXFP4 weights times one float32 row", MXFP4_BYTES, 0, 2, (backend, n) -> product(backend, OperandFormat.MXFP4, 1, n)),
              new KernelFamily(
                  "gemm-nvfp4", "NVFP4 weights times 512 float32 rows", NVFP4_BYTES, 0, 2 * GEMM_ROWS,
                  (backend, n) -> product(backend, OperandFormat.NVFP4, GEMM_ROWS, n)),
              new KernelFamily(
                  "gemm-mxfp4", "MXFP4 weights times 512 float32 rows", MXFP4_BYTES, 0, 2 * GEMM_ROWS,
                  (backend, n) -> product(backend, OperandFormat.MXFP4, GEMM_ROWS, n)),
              new KernelFamily(
                  "gemm-nvfp4-nvfp4", "NVFP4 weights times 512 NVFP4 rows", NVFP4_BYTES, 0, 2 * GEMM_ROWS,
                  (backend, n) -> codedProduct(backend, OperandFormat.NVFP4, n)),
              new KernelFamily(
                  "gemm-mxfp4-mxfp4", "MXFP4 weights times 512 MXFP4 rows", MXFP4_BYTES, 0, 2 * GEMM_ROWS,
                  (backend, n) -> codedProduct(backend, OperandFormat.MXFP4, n))),
          OptimizerFamilies.all().stream())
          .toList();

  private KernelFamilies() {}

  /** Every family, conversions first. */
  public static List<KernelFamily> all() {
    return ALL;
  }

  /** @throws IllegalArgumentException if there is none; the message lists them */
  static KernelFamily byId(String id) {
    return ALL.stream()
        .filter(family -> family.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("kernel " + id + ": expected one of " + String.join(", ", ALL.stream().map(KernelFamily::id).toList())));
  }

  private static Optional<Runnable> encodePacked(Backend backend, int n) {
    Conversion conversion = Conversion.cuda(FloatFormat.E2M1);
    return conversions(backend, conversion)
        .map(
            kernels -> {
              float[] values = RandomData.normal(n, 1);
              byte[] packed = new byte[n / 2];
              return () -> kernels.encodePacked(conversion, values, 0, packed, 0, n);
            });
  }

  private static Optional<Runnable> encode(Backend backend, FloatFormat format, int n) {
    Conversion conversion = Conversion.cuda(format);
    return conversions(backend, conversion)
        .map(
            kernels -> {
              float[] values = RandomData.normal(n, 1);
              byte[] codes = new byte[n];
              return () -> kernels.encode(conversion, values, 0, codes, 0, n);
            });
  }

  private static Optional<ConversionKernels> conversions(Backend backend, Conversion conversion) {
    return backend.conversions().filter(kernels -> kernels.supports(conversion));
  }

  private static Optional<Runnable> decode(Backend backend, FloatFormat format, int n) {
    return backend
        .conversions()
        .filter(kernels -> kernels.supportsDecoding(format))
        .map(
            kernels -> {
              byte[] codes = RandomData.bytes(n, 1);
              float[] values = new float[n];
              return () -> kernels.decode(format, codes, 0, values, 0, n);
            });
  }

  /** Kernels, the rule they are timed under, and a matrix with the scale that the rule gives it. */
  private record Blocks(BlockKernels kernels, QuantizationProfile profile, FloatRows values, float tensorScale) {
    static Optional<Blocks> of(Backend backend, BlockOperation operation, List<QuantizationProfile> profiles, int n) {
      return backend
          .blocks()
          .filter(kernels -> kernels.supports(operation))
          .flatMap(
              kernels ->
                  profiles.stream()
                      .filter(kernels::supports)
                      .findFirst()
                      .map(
                          profile -> {
                            FloatRows values = FloatRows.of(RandomData.normal(n, 1), n / COLUMNS, COLUMNS);
                            // half the values lie below the largest: what it is exactly does not change the work
                            return new Blocks(kernels, profile, values, profile.tensorScaleOf(6));
                          }));
    }

    BlockRows target(int rows, int columns) {
      return BlockRows.allocate(profile.format(), rows, columns);
    }
  }

  private static Optional<Runnable> amax(Backend backend, int n) {
    return Blocks.of(backend, BlockOperation.AMAX, NVFP4, n).map(blocks -> () -> blocks.kernels.amax(blocks.profile, blocks.values));
  }

  private static Optional<Runnable> quantize(Backend backend, List<QuantizationProfile> profiles, int n) {
    return Blocks.of(backend, BlockOperation.QUANTIZE, profiles, n)
        .map(
            blocks -> {
              BlockRows target = blocks.target(n / COLUMNS, COLUMNS);
              return () -> blocks.kernels.quantize(blocks.profile, blocks.tensorScale, blocks.values, target);
            });
  }

  private static Optional<Runnable> quantizeBoth(Backend backend, int n) {
    int rows = Math.max(n / COLUMNS, 16);
    return Blocks.of(backend, BlockOperation.QUANTIZE_BOTH, NVFP4, n)
        .map(
            blocks -> {
              FloatRows values = FloatRows.of(blocks.values.values(), rows, n / rows);
              BlockRows target = blocks.target(rows, n / rows);
              BlockRows transposed = blocks.target(n / rows, rows);
              return () -> blocks.kernels.quantizeBoth(blocks.profile, blocks.tensorScale, values, target, transposed);
            });
  }

  private static Optional<Runnable> dequantize(Backend backend, List<QuantizationProfile> profiles, int n) {
    return Blocks.of(backend, BlockOperation.QUANTIZE, profiles, n)
        .filter(blocks -> blocks.kernels.supports(BlockOperation.DEQUANTIZE))
        .map(
            blocks -> {
              BlockRows quantized = blocks.target(n / COLUMNS, COLUMNS);
              blocks.kernels.quantize(blocks.profile, blocks.tensorScale, blocks.values, quantized);
              return () -> blocks.kernels.dequantize(blocks.profile, blocks.tensorScale, quantized, blocks.values);
            });
  }

  private static Optional<Runnable> hadamard(Backend backend, int n) {
    return Blocks.of(backend, BlockOperation.HADAMARD, NVFP4, n).map(blocks -> () -> blocks.kernels.hadamard(Hadamard.TRANSFORMER_ENGINE, blocks.values));
  }

  private static Optional<Runnable> swizzle(Backend backend, int n) {
    int columns = 32;
    return backend
        .blocks()
        .filter(kernels -> kernels.supports(BlockOperation.SCALE_LAYOUT))
        .map(
            kernels -> {
              byte[] linear = RandomData.bytes(n, 1);
              byte[] swizzled = new byte[ScaleLayout.SWIZZLED_128X4.size(n / columns, columns)];
              return () -> kernels.swizzle(ScaleLayout.SWIZZLED_128X4, n / columns, columns, linear, 0, swizzled, 0);
            });
  }

  /**
   * {@code rows} rows of activations times the transpose of n / 4096 rows of weights, in float32 order or, for who has no other, in an order of its own; an element is
   * one of the weights.
   */
  private static Optional<Runnable> product(Backend backend, OperandFormat format, int rows, int n) {
    return backend
        .gemms()
        .flatMap(
            kernels ->
                Stream.of(GemmKernels.FP32, GemmKernels.OWN, Ggml.PRODUCT)
                    .filter(model -> kernels.supportsActivations(model, format))
                    .findFirst()
                    .map(
                        model -> {
                          PackedWeights weights = PackedWeights.of(operand(format, n / COLUMNS, 1));
                          FloatRows activations = FloatRows.of(RandomData.normal(rows * COLUMNS, 3), rows, COLUMNS);
                          float[] result = new float[rows * (n / COLUMNS)];
                          return () -> kernels.multiply(model, activations, weights, 1, result, Parallelism.NONE);
                        }));
  }

  /** 512 packed rows times the transpose of n / 4096, under the accumulator of the implementation's choice or else in float32 order. */
  private static Optional<Runnable> codedProduct(Backend backend, OperandFormat format, int n) {
    return backend
        .gemms()
        .flatMap(
            kernels ->
                Stream.of(GemmKernels.OWN, GemmKernels.FP32)
                    .filter(model -> kernels.supports(model, format, format))
                    .findFirst()
                    .map(
                        model -> {
                          GemmOperand a = operand(format, GEMM_ROWS, 3);
                          GemmOperand b = operand(format, n / COLUMNS, 1);
                          float[] result = new float[GEMM_ROWS * (n / COLUMNS)];
                          return () -> kernels.multiply(model, a, b, null, result);
                        }));
  }

  /** Any codes under scales of 1/4 to 1/2, or as many powers of two: random bytes would overflow. */
  private static GemmOperand operand(OperandFormat format, int rows, int seed) {
    byte[] scales = RandomData.bytes(rows * COLUMNS / format.block(), seed + 1);
    int least = format.equals(OperandFormat.NVFP4) ? 0x28 : 120;
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (least | scales[i] & 7);
    }
    return new GemmOperand(format, rows, COLUMNS, RandomData.bytes(rows * COLUMNS / 2, seed), scales);
  }
}
