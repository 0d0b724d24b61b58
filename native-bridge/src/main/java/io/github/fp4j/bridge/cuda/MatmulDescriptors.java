package io.github.fp4j.bridge.cuda;

import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request in cuBLASLt's terms. cuBLASLt is column-major, and a row-major matrix is the column-major matrix of its transpose: it is told to compute
 * {@code transpose(D) = B * transpose(A)}, so that what it calls A is our B, and its M our N. Both of its inputs then lie along K, which is its TN form, and D's
 * blocks, which it lays along its columns, lie along our rows.
 */
final class MatmulDescriptors implements AutoCloseable {
  final Descriptor<OperationAttribute> operation;
  final Descriptor<LayoutAttribute> left;
  final Descriptor<LayoutAttribute> right;
  final Descriptor<LayoutAttribute> c;
  final Descriptor<LayoutAttribute> d;
  final Descriptor<PreferenceAttribute> preference;

  MatmulDescriptors(CublasLt library, MatmulRequest request, MatmulOperands operands, long maxWorkspace) {
    operation = Descriptor.operation(library);
    left = layout(library, type(request.b()), request.k(), request.n(), request);
    right = layout(library, type(request.a()), request.k(), request.m(), request);
    c = layout(library, request.c(), request.n(), request.m(), request);
    d = layout(library, request.d(), request.n(), request.m(), request);
    preference = Descriptor.preference(library).set(PreferenceAttribute.MAX_WORKSPACE_BYTES, maxWorkspace);
    describe(request, operands);
    preference
        .set(PreferenceAttribute.MIN_ALIGNMENT_A_BYTES, alignment(operands.b()))
        .set(PreferenceAttribute.MIN_ALIGNMENT_B_BYTES, alignment(operands.a()))
        .set(PreferenceAttribute.MIN_ALIGNMENT_C_BYTES, alignment(operands.c() == null ? operands.d() : operands.c()))
        .set(PreferenceAttribute.MIN_ALIGNMENT_D_BYTES, alignment(operands.d()));
  }

  private static CudaDataType type(OperandFormat format) {
    return MatmulShapes.elementType(format).orElseThrow();
  }

  /** A dense column-major matrix of {@code rows} contiguous elements; those of a batch follow one another. */
  private static Descriptor<LayoutAttribute> layout(CublasLt library, CudaDataType type, int rows, int columns, MatmulRequest request) {
    Descriptor<LayoutAttribute> layout = Descriptor.layout(library, type, rows, columns, rows).set(LayoutAttribute.ORDER, LayoutAttribute.ORDER_COL);
    if (request.batch() > 1) {
      layout.set(LayoutAttribute.BATCH_COUNT, request.batch()).set(LayoutAttribute.STRIDED_BATCH_OFFSET, (long) rows * columns);
    }
    return layout;
  }

  private void describe(MatmulRequest request, MatmulOperands operands) {
    boolean onDevice = request.scalars() == MatmulRequest.Scalars.DEVICE;
    operation
        .set(OperationAttribute.TRANSA, OperationAttribute.OP_T)
        .set(OperationAttribute.TRANSB, OperationAttribute.OP_N)
        .set(OperationAttribute.POINTER_MODE, onDevice ? OperationAttribute.POINTER_DEVICE : OperationAttribute.POINTER_HOST)
        .set(OperationAttribute.A_SCALE_MODE, MatmulShapes.scaleMode(request.b()).code())
        .set(OperationAttribute.B_SCALE_MODE, MatmulShapes.scaleMode(request.a()).code());
    if (request.quantizesD()) {
      operation
          .set(OperationAttribute.D_SCALE_MODE, ScaleMode.SCALAR_32F.code())
          .set(OperationAttribute.D_OUT_SCALE_MODE, ScaleMode.VEC16_UE4M3.code());
    }
    CudaDataType bias = request.bias();
    if (bias != null) {
      operation.set(OperationAttribute.EPILOGUE, OperationAttribute.EPILOGUE_BIAS).set(OperationAttribute.BIAS_DATA_TYPE, bias.code());
    }
    point(operands);
  }

  /** Sets every pointer that the operation holds itself. */
  void point(MatmulOperands operands) {
    set(OperationAttribute.A_SCALE_POINTER, operands.bScales());
    set(OperationAttribute.B_SCALE_POINTER, operands.aScales());
    set(OperationAttribute.D_SCALE_POINTER, operands.dScale());
    set(OperationAttribute.D_OUT_SCALE_POINTER, operands.dScales());
    set(OperationAttribute.BIAS_POINTER, operands.bias());
  }

  private void set(OperationAttribute pointer, @Nullable DeviceRange range) {
    if (range != null) {
      operation.set(pointer, range.address());
    }
  }

  /** The largest power of two that divides an address, at most 256. */
  private static long alignment(DeviceRange range) {
    return Math.min(256, Long.lowestOneBit(range.address()));
  }

  @Override
  public void close() {
    List.of(operation, left, right, c, d, preference).forEach(Descriptor::close);
  }
}
