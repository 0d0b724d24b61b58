package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * {@link GemmKernels#OWN} of one tensor-core instruction at a time, {@code mma.sync} m16n8k64 or {@code tcgen05.mma} m128n8k64: D of 64 elements of K is C of the next
 * 64, as in a loop over K that keeps its sums in the accumulators. Rows, columns and K are filled up with zero codes and zero scales.
 */
final class ProbeGemms implements GemmKernels {
  private static final int STEP = 64;
  private static final int STEP_BYTES = STEP / 2;
  private static final int N = 8;

  private final DeviceKernels kernels;
  private final CudaStream stream;

  ProbeGemms(DeviceKernels kernels, CudaStream stream) {
    this.kernels = kernels;
    this.stream = stream;
  }

  /** The instruction that a device has. */
  private record Probe(String instruction, int m) {
    String kernel(OperandFormat format) {
      return "fp4j_probe_" + instruction + "_" + format;
    }
  }

  private @Nullable Probe probe() {
    for (Probe probe : new Probe[] {new Probe("mma", 16), new Probe("tcgen05", 128)}) {
      if (kernels.has(probe.kernel(OperandFormat.NVFP4))) {
        return probe;
      }
    }
    return null;
  }

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    return model.equals(OWN) && a.equals(b) && CudaGemms.FORMATS.contains(a) && probe() != null;
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    GemmArguments.require(this, "cuda-probes", model, a, b, c, d);
    Probe probe = probe();
    if (d.length == 0 || probe == null) {
      return;
    }
    Tiles tiles = new Tiles(a, b, probe.m);
    float[] sums = tiles.sums(c);
    try (DeviceScratch scratch = new DeviceScratch(kernels.context(), stream)) {
      DeviceRange from = scratch.upload(sums);
      DeviceRange to = scratch.allocate(4L * sums.length);
      for (int first = 0; first < a.k(); first += STEP) {
        try (DeviceScratch operands = new DeviceScratch(kernels.context(), stream)) {
          KernelArguments arguments =
              new KernelArguments()
                  .pointer("a", operands.upload(tiles.codes(a, first, probe.m, true)))
                  .pointer("b", operands.upload(tiles.codes(b, first, N, false)))
                  .pointer("a_scales", operands.upload(tiles.scales(a, first, probe.m, true)))
                  .pointer("b_scales", operands.upload(tiles.scales(b, first, N, false)))
                  .pointer("c", from)
                  .pointer("d", to)
                  .number("count", tiles.count());
          kernels.launch(stream, probe.kernel(a.format()), tiles.count(), arguments);
          stream.synchronize();
        }
        DeviceRange swapped = from;
        from = to;
        to = swapped;
      }
      scratch.download(from, MemorySegment.ofArray(sums));
    }
    tiles.store(sums, d);
  }

  /** D in tiles of m by 8, each an instruction, row after row. */
  private record Tiles(int rows, int columns, int m) {
    Tiles(GemmOperand a, GemmOperand b, int m) {
      this(a.rows(), b.rows(), m);
    }

    int across() {
      return Math.ceilDiv(columns, N);
    }

    int count() {
      return Math.multiplyExact(Math.ceilDiv(rows, m), across());
    }

    /** The operand's first row in a tile. */
    private int firstRow(int tile, int height, boolean isA) {
      return (isA ? tile / across() : tile % across()) * height;
    }

    byte[] codes(GemmOperand operand, int first, int height, boolean isA) {
      return rowsOf(operand.codes(), operand.rows(), operand.k() / 2, first / 2, STEP_BYTES, height, isA);
    }

    byte[] scales(GemmOperand operand, int first, int height, boolean isA) {
      int block = operand.format().block();
      return rowsOf(operand.scales(), operand.rows(), operand.k() / block, first / block, STEP / block, height, isA);
    }

    private byte[] rowsOf(byte[] bytes, int rowCount, int rowBytes, int from, int length, int height, boolean isA) {
      byte[] tiles = new byte[Math.multiplyExact(count() * height, length)];
      int there = Math.min(length, rowBytes - from);
      for (int tile = 0; tile < count(); tile++) {
        for (int i = 0; i < height; i++) {
          int row = firstRow(tile, height, isA) + i;
          if (row < rowCount) {
            System.arraycopy(bytes, row * rowBytes + from, tiles, (tile * height + i) * length, there);
          }
        }
      }
      return tiles;
    }

    float[] sums(float @Nullable [] c) {
      float[] sums = new float[Math.multiplyExact(count() * m, N)];
      if (c != null) {
        move(c, sums, true);
      }
      return sums;
    }

    void store(float[] sums, float[] d) {
      move(d, sums, false);
    }

    private void move(float[] matrix, float[] tiles, boolean toTiles) {
      for (int tile = 0; tile < count(); tile++) {
        int width = Math.min(N, columns - tile % across() * N);
        for (int i = 0; i < m && firstRow(tile, m, true) + i < rows; i++) {
          int at = (firstRow(tile, m, true) + i) * columns + tile % across() * N;
          if (toTiles) {
            System.arraycopy(matrix, at, tiles, (tile * m + i) * N, width);
          } else {
            System.arraycopy(tiles, (tile * m + i) * N, matrix, at, width);
          }
        }
      }
    }
  }
}
