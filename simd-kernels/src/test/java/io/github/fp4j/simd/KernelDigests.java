package io.github.fp4j.simd;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Everything that the kernels of a backend give on fixed inputs, as one SHA-256 for each operation: all bf16 numbers and all codes of every conversion, every profile in
 * every orientation, products, and an optimizer's arrays.
 */
final class KernelDigests {
  private static final int ROWS = 32;
  private static final int COLUMNS = 64;

  private final Map<String, String> digests = new TreeMap<>();
  private final Backend backend;

  private KernelDigests(Backend backend) {
    this.backend = backend;
  }

  /** By name of the operation. */
  static Map<String, String> of(Backend backend) {
    KernelDigests digests = new KernelDigests(backend);
    digests.conversions(backend.conversions().orElseThrow());
    digests.blocks(backend.blocks().orElseThrow());
    digests.products(backend.gemms().orElseThrow());
    digests.optimizer(backend.optimizers().orElseThrow());
    return digests.digests;
  }

  private static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void end(String name, MessageDigest digest) {
    if (digests.put(name, HexFormat.of().formatHex(digest.digest())) != null) {
      throw new IllegalStateException(name + " twice, of " + backend.name());
    }
  }

  /** NaN as one: the kernels' own contracts fix its bits, the reference of conversions does so too, but the arithmetic of Java does not. */
  private static void update(MessageDigest digest, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (float value : values) {
      bytes.putInt(Float.floatToIntBits(value));
    }
    digest.update(bytes.array());
  }

  private void conversions(ConversionKernels kernels) {
    float[] values = new float[1 << 16];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(i << 16);
    }
    for (Conversion conversion : Widths.available().getFirst().kernels().conversions()) {
      byte[] codes = new byte[values.length];
      MessageDigest digest = start();
      kernels.encode(conversion, values, 0, codes, 0, values.length);
      digest.update(codes);
      if (conversion.format().width() == 4) {
        kernels.encodePacked(conversion, values, 0, codes, 0, values.length);
        digest.update(codes);
      }
      end("encode " + conversion, digest);
    }
    byte[] codes = new byte[256];
    for (int code = 0; code < 256; code++) {
      codes[code] = (byte) code;
    }
    float[] decoded = new float[256];
    for (FloatFormat format : Widths.available().getFirst().kernels().decodableFormats()) {
      MessageDigest digest = start();
      kernels.decode(format, codes, 0, decoded, 0, 256);
      update(digest, decoded);
      end("decode " + format, digest);
    }
  }

  private void blocks(BlockKernels kernels) {
    StochasticRounding stochastic = new StochasticRounding(StochasticRounding.Arithmetic.values()[0], StochasticRounding.ByteOrder.values()[0], 7, 3);
    for (QuantizationProfile profile : Profiles.all()) {
      if (!kernels.supports(profile)) {
        continue;
      }
      MessageDigest digest = start();
      for (BlockInputs inputs : List.of(BlockInputs.ANY_EXPONENT, BlockInputs.NANS)) {
        FloatRows values = FloatRows.of(inputs.values(5, ROWS * COLUMNS), ROWS, COLUMNS);
        for (Blocking blocking : Blocking.values()) {
          update(digest, kernels, () -> kernels.quantize(profile, blocking, values));
        }
        if (kernels.supports(profile, stochastic)) {
          update(digest, kernels, () -> kernels.quantizeStochastic(profile, stochastic, values, Runnable::run));
        }
      }
      end("blocks " + profile, digest);
    }
    MessageDigest digest = start();
    float[] rotated = BlockInputs.GAUSSIAN.values(1, 64 * 64);
    kernels.hadamard(Hadamard.TRANSFORMER_ENGINE, FloatRows.of(rotated, 64, 64));
    kernels.hadamard(Hadamard.plain(64), FloatRows.of(rotated, 64, 64));
    update(digest, rotated);
    byte[] linear = new byte[130 * 6];
    new SplittableRandom(2).nextBytes(linear);
    for (ScaleLayout layout : ScaleLayout.values()) {
      byte[] swizzled = new byte[Math.toIntExact(layout.size(130, 6))];
      kernels.swizzle(layout, 130, 6, linear, 0, swizzled, 0);
      digest.update(swizzled);
    }
    end("hadamard and layouts", digest);
  }

  /** What comes out and what it restores to, or why it is refused: a shape that is not padded, a NaN. */
  private static void update(MessageDigest digest, BlockKernels kernels, Supplier<BlockTensor> quantized) {
    BlockTensor tensor;
    try {
      tensor = quantized.get();
    } catch (IllegalArgumentException e) {
      digest.update(String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
      return;
    }
    digest.update(tensor.codes());
    digest.update(tensor.scales());
    update(digest, new float[] {tensor.tensorScale()});
    float[] restored = new float[tensor.rows() * tensor.columns()];
    BlockRows blocks = tensor.blockRows();
    kernels.dequantize(tensor.profile(), tensor.tensorScale(), blocks, FloatRows.of(restored, tensor.rows(), tensor.columns()));
    update(digest, restored);
  }

  private void products(GemmKernels kernels) {
    SplittableRandom random = new SplittableRandom(4);
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4, OperandFormat.MXFP8_E4M3)) {
      byte[] codes = new byte[53 * COLUMNS * format.storedBits() / 8];
      random.nextBytes(codes);
      byte[] scales = new byte[53 * COLUMNS / format.block()];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = (byte) ((format.block() == 16 ? 0x38 : 127) + random.nextInt(-9, 10));
      }
      GemmOperand b = new GemmOperand(format, 53, COLUMNS, codes, scales);
      FloatRows a = FloatRows.of(BlockInputs.WIDE_RANGE.values(6, 9 * COLUMNS), 9, COLUMNS);
      for (String model : List.of(GemmKernels.FP32, GemmKernels.EXACT)) {
        MessageDigest digest = start();
        for (int rows : new int[] {1, 9}) {
          float[] d = new float[rows * 53];
          kernels.multiply(model, a.rowRange(0, rows), PackedWeights.of(b), .5f, d, Parallelism.NONE);
          update(digest, d);
        }
        if (kernels.supports(model, format, format)) {
          float[] d = new float[53 * 53];
          kernels.multiply(model, b, b, null, d);
          update(digest, d);
        }
        end("products " + model + " " + format, digest);
      }
    }
  }

  private void optimizer(OptimizerKernels kernels) {
    int length = 2 * OptimizerKernels.CHUNK + 77;
    float[] gradient = BlockInputs.OUTLIERS.values(1, length);
    MessageDigest digest = start();
    int[] magnitudes = new int[3];
    double[] squares = new double[3];
    kernels.scan(gradient, 0, length, magnitudes, squares, 0);
    for (int chunk = 0; chunk < 3; chunk++) {
      digest.update(ByteBuffer.allocate(12).putInt(magnitudes[chunk]).putDouble(squares[chunk]).array());
    }
    AdamCoefficients coefficients = new AdamCoefficients();
    coefficients.threshold = 2;
    coefficients.ratio = .25f;
    coefficients.beta1 = .9f;
    coefficients.oneMinusBeta1 = .1f;
    coefficients.beta2 = .999f;
    coefficients.oneMinusBeta2 = .001f;
    coefficients.stepSize = .01f;
    coefficients.epsilon = 1e-8f;
    float[] parameters = BlockInputs.GAUSSIAN.values(2, length);
    float[] first = new float[length];
    float[] second = new float[length];
    kernels.adam(coefficients, parameters, 0, gradient, 0, first, 0, second, 0, length);
    update(digest, parameters);
    update(digest, first);
    update(digest, second);
    end("adam", digest);
    for (Codebook codebook : Codebook.all()) {
      BlockwiseCodebook format = new BlockwiseCodebook(codebook, 128);
      byte[] packed = new byte[codebook.bytes(length)];
      float[] scales = new float[format.blocks(length)];
      MessageDigest codes = start();
      kernels.encode(format, gradient, 0, length, packed, 0, scales, 0);
      kernels.decode(format, packed, 0, scales, 0, first, 0, length);
      codes.update(packed);
      update(codes, scales);
      update(codes, first);
      end("moments " + codebook, codes);
    }
  }
}
