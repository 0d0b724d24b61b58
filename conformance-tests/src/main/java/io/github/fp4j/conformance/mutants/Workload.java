package io.github.fp4j.conformance.mutants;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.Random;

/** What a tolerant test of one kind of kernel would run: normal deviates of a fixed seed, compared with what the reference makes of them. */
enum Workload {
  /** 65536 normal deviates to E2M1, and the values of the codes. */
  ENCODE {
    @Override
    float[] run(Backend backend) {
      byte[] codes = new byte[COUNT];
      Arrays.fill(codes, (byte) 0xFF);
      backend.conversions().orElseThrow().encode(Conversion.cuda(FloatFormat.E2M1), VALUES, 0, codes, 0, COUNT);
      return numbers(i -> (codes[i] & 0xF0) != 0 ? Float.NaN : ReferenceCodec.decode(FloatFormat.E2M1, codes[i]));
    }
  },
  /** The E4M3 codes of 65536 normal deviates, decoded. */
  DECODE {
    @Override
    float[] run(Backend backend) {
      byte[] codes = new byte[COUNT];
      ReferenceBackend.INSTANCE.conversions().orElseThrow().encode(Conversion.cuda(FloatFormat.E4M3), VALUES, 0, codes, 0, COUNT);
      float[] values = numbers(i -> Float.NaN);
      backend.conversions().orElseThrow().decode(FloatFormat.E4M3, codes, 0, values, 0, COUNT);
      return values;
    }
  },
  /** 64 x 1024 normal deviates quantised by te-2.15 under the largest magnitude that is found, and restored under it. */
  AMAX {
    @Override
    float[] run(Backend backend) {
      FloatRows from = FloatRows.of(VALUES, ROWS, COLUMNS);
      float amax = backend.blocks().orElseThrow().amax(Profiles.TE_2_15, from);
      BlockRows to = BlockRows.allocate(Profiles.TE_2_15.format(), ROWS, COLUMNS);
      reference().quantize(Profiles.TE_2_15, amax, from, to);
      return new BlockTensor(Profiles.TE_2_15, ROWS, COLUMNS, to.codes(), to.scales(), amax).dequantize();
    }
  },
  /** 64 x 1024 normal deviates quantised by te-2.15, restored by the reference. */
  QUANTIZE {
    @Override
    float[] run(Backend backend) {
      BlockRows to = BlockRows.allocate(Profiles.TE_2_15.format(), ROWS, COLUMNS);
      Arrays.fill(to.scales(), (byte) 0x7F);
      FloatRows from = FloatRows.of(VALUES, ROWS, COLUMNS);
      backend.blocks().orElseThrow().quantize(Profiles.TE_2_15, tensorScale(), from, to);
      return new BlockTensor(Profiles.TE_2_15, ROWS, COLUMNS, to.codes(), to.scales(), tensorScale()).dequantize();
    }
  },
  /** The same quantised by the reference and restored. */
  RESTORE {
    @Override
    float[] run(Backend backend) {
      float[] values = numbers(i -> Float.NaN);
      backend.blocks().orElseThrow().dequantize(Profiles.TE_2_15, tensorScale(), right(VALUES, ROWS).blockRows(), FloatRows.of(values, ROWS, COLUMNS));
      return values;
    }
  },
  /** The values of the same tensor's scales, swizzled 128x4. */
  LAYOUT {
    @Override
    float[] run(Backend backend) {
      int columns = COLUMNS / 16;
      byte[] swizzled = new byte[ScaleLayout.SWIZZLED_128X4.size(ROWS, columns)];
      Arrays.fill(swizzled, (byte) 0x7F);
      backend.blocks().orElseThrow().swizzle(ScaleLayout.SWIZZLED_128X4, ROWS, columns, right(VALUES, ROWS).scales(), 0, swizzled, 0);
      float[] values = new float[swizzled.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = ReferenceCodec.decode(FloatFormat.UE4M3, swizzled[i] & 0x7F);
      }
      return values;
    }
  },
  /** 65536 normal deviates through TransformerEngine's transform. */
  HADAMARD {
    @Override
    float[] run(Backend backend) {
      float[] values = VALUES.clone();
      backend.blocks().orElseThrow().hadamard(Hadamard.TRANSFORMER_ENGINE, FloatRows.of(values, ROWS, COLUMNS));
      return values;
    }
  },
  /** 48 x 40 products of K = 1024 of such tensors' codes and scales, divided by the tensor scales, by nvfp4-gst-f35, C a normal deviate of their size. */
  GEMM {
    @Override
    float[] run(Backend backend) {
      BlockTensor a = right(Arrays.copyOf(VALUES, 48 * COLUMNS), 48);
      BlockTensor b = right(Arrays.copyOfRange(VALUES, 20 * COLUMNS, 60 * COLUMNS), 40);
      float alpha = a.tensorScale() * b.tensorScale() / (2688f * 2688f);
      float[] c = new float[48 * 40];
      float[] d = new float[48 * 40];
      for (int i = 0; i < c.length; i++) {
        c[i] = VALUES[i] * 32 / alpha;
        d[i] = Float.NaN;
      }
      backend.gemms().orElseThrow().multiply(AccumulationModels.NVFP4_GST_F35.id(), operand(a), operand(b), c, d);
      for (int i = 0; i < d.length; i++) {
        d[i] *= alpha;
      }
      return d;
    }
  };

  private static final int ROWS = 64;
  private static final int COLUMNS = 1024;
  private static final int COUNT = ROWS * COLUMNS;
  private static final float[] VALUES = normal();

  /** What a backend makes of it, as numbers; what it does not write stays NaN. */
  abstract float[] run(Backend backend);

  private static float[] normal() {
    Random random = new Random(1);
    return numbers(i -> (float) random.nextGaussian());
  }

  private interface Value {
    float of(int i);
  }

  private static float[] numbers(Value value) {
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = value.of(i);
    }
    return values;
  }

  private static float tensorScale() {
    return reference().amax(Profiles.TE_2_15, FloatRows.of(VALUES, ROWS, COLUMNS));
  }

  private static BlockKernels reference() {
    return ReferenceBackend.INSTANCE.blocks().orElseThrow();
  }

  private static BlockTensor right(float[] values, int rows) {
    return reference().quantize(Profiles.TE_2_15, Blocking.ROWS, FloatRows.of(values, rows, COLUMNS));
  }

  private static GemmOperand operand(BlockTensor tensor) {
    return new GemmOperand(OperandFormat.NVFP4, tensor.rows(), COLUMNS, tensor.codes(), tensor.scales());
  }
}
