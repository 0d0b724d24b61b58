package io.github.fp4j.bridge.cuda;

import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;

/**
 * One operand of a matrix product on the device, as cuBLASLt and the tensor-core kernels take it: rows along K, scales in {@link ScaleLayout#SWIZZLED_128X4}.
 *
 * @param format what it is made of
 * @param rows rows, padding included
 * @param k elements of a row, padding included
 * @param codes the codes
 * @param scales the scales
 */
public record DeviceOperand(OperandFormat format, int rows, int k, DeviceBuffer codes, DeviceBuffer scales) implements AutoCloseable {

  /**
   * Copies an operand to the device, filled up with zeros: rows to a multiple of {@code rowMultiple}, K to one of {@code kMultiple}. Products with the padding are
   * zero. Waits for the copies.
   *
   * @throws IllegalArgumentException if it has no block scales
   */
  public static DeviceOperand upload(CudaContext context, CudaStream stream, GemmOperand operand, int rowMultiple, int kMultiple) {
    OperandFormat format = operand.format();
    if (format.block() == 0) {
      throw new IllegalArgumentException("operand = " + format + ": expected one with block scales");
    }
    int rows = Math.ceilDiv(operand.rows(), rowMultiple) * rowMultiple;
    int k = Math.ceilDiv(operand.k(), kMultiple) * kMultiple;
    byte[] codes = padded(operand.codes(), operand.rows(), (int) MatmulShapes.codeBytes(format, 1, operand.k()), rows, (int) MatmulShapes.codeBytes(format, 1, k));
    byte[] linear = padded(operand.scales(), operand.rows(), operand.k() / format.block(), rows, k / format.block());
    byte[] scales = new byte[ScaleLayout.SWIZZLED_128X4.size(rows, k / format.block())];
    ScaleLayout.SWIZZLED_128X4.swizzle(rows, k / format.block(), linear, 0, scales, 0);
    DeviceBuffer codeBuffer = uploaded(context, stream, codes);
    try {
      return new DeviceOperand(format, rows, k, codeBuffer, uploaded(context, stream, scales));
    } catch (RuntimeException e) {
      codeBuffer.close();
      throw e;
    }
  }

  /** A buffer with these bytes, or none. */
  private static DeviceBuffer uploaded(CudaContext context, CudaStream stream, byte[] bytes) {
    DeviceBuffer buffer = context.allocate(bytes.length);
    try {
      buffer.write(bytes, stream);
      return buffer;
    } catch (RuntimeException e) {
      buffer.close();
      throw e;
    }
  }

  /**
   * Copies a quantised matrix to the device: NVFP4 or MXFP4 by its format. Its tensor scale goes into the product's alpha ({@link TensorScales}).
   *
   * @throws IllegalArgumentException if its format is no operand of a product, or its nibbles are not interleaved
   */
  public static DeviceOperand upload(CudaContext context, CudaStream stream, BlockTensor tensor) {
    OperandFormat format =
        OperandFormat.named().stream()
            .filter(one -> one.element().equals(tensor.profile().format().element()) && tensor.profile().format().scale().equals(one.scale()) && one.block() == tensor.profile().format().blockSize())
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("tensor = " + tensor + ": expected blocks of NVFP4, MXFP4, MXFP6 or MXFP8"));
    if (tensor.profile().nibbleOrder() != NibbleOrder.INTERLEAVED_LOW_FIRST) {
      throw new IllegalArgumentException("tensor = " + tensor + " has planar nibbles: expected withNibbleOrder(INTERLEAVED_LOW_FIRST)");
    }
    return upload(context, stream, new GemmOperand(format, tensor.rows(), tensor.storedColumns(), tensor.codes(), tensor.scales()), 1, format.block());
  }

  static byte[] padded(byte[] from, int rows, int rowBytes, int paddedRows, int paddedRowBytes) {
    if (rows == paddedRows && rowBytes == paddedRowBytes) {
      return from;
    }
    byte[] to = new byte[Math.multiplyExact(paddedRows, paddedRowBytes)];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(from, row * rowBytes, to, row * paddedRowBytes, rowBytes);
    }
    return to;
  }

  @Override
  public void close() {
    try {
      codes.close();
    } finally {
      scales.close();
    }
  }
}
