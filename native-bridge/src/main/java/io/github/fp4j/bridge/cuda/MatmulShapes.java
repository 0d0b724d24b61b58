package io.github.fp4j.bridge.cuda;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Optional;

/** How cuBLASLt stores what a request speaks of. */
final class MatmulShapes {
  private MatmulShapes() {}

  /** The type of an operand's elements; empty if cuBLASLt has no block-scaled products of them. */
  static Optional<CudaDataType> elementType(OperandFormat format) {
    if (format.equals(OperandFormat.NVFP4)) {
      return Optional.of(CudaDataType.R_4F_E2M1);
    }
    if (format.equals(OperandFormat.MXFP8_E4M3)) {
      return Optional.of(CudaDataType.R_8F_E4M3);
    }
    return format.equals(OperandFormat.MXFP8_E5M2) ? Optional.of(CudaDataType.R_8F_E5M2) : Optional.empty();
  }

  /** The mode of an operand's scales. */
  static ScaleMode scaleMode(OperandFormat format) {
    return FloatFormat.UE4M3.equals(format.scale()) ? ScaleMode.VEC16_UE4M3 : ScaleMode.VEC32_UE8M0;
  }

  /** Bytes of {@code rows} rows of codes along K. */
  static long codeBytes(OperandFormat format, int rows, int k) {
    return (long) rows * k * format.storedBits() / 8;
  }

  /** Bytes of the swizzled scales of {@code rows} rows of {@code length} elements, {@code block} to a scale. */
  static long scaleBytes(int rows, int length, int block) {
    ScaleLayout layout = ScaleLayout.SWIZZLED_128X4;
    return (long) layout.paddedRows(rows) * layout.paddedColumns(Math.ceilDiv(length, block));
  }
}
