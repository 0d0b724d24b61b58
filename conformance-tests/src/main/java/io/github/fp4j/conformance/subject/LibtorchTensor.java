package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A float32 tensor of libtorch on the CPU and what eager code does with it, one operation of the library for each call. Operations give a new tensor, which the
 * caller closes, unless their names end in {@code InPlace}. A tensor and all that is computed from it belong to one thread.
 */
final class LibtorchTensor implements AutoCloseable {
  /** What calls take by address. */
  private static final class Arguments {
    /** c10::Scalar: which kind of number (0: a double), then the number, aligned as a complex number of two doubles is. */
    private static final long SCALAR_SIZE = 32;

    private static final long SCALAR_VALUE = 16;

    /** at::indexing::TensorIndex: a number, a flag, a slice of three numbers, a tensor, which of them counts (5: the tensor). */
    private static final long INDEX_SIZE = 56;

    private static final long INDEX_TENSOR = 40;
    private static final long INDEX_TYPE = 48;
    private static final byte INDEX_BY_TENSOR = 5;

    final MemorySegment one;
    final MemorySegment handle;
    final MemorySegment noType;
    private final MemorySegment number;
    private final MemorySegment index;
    private final MemorySegment list;

    Arguments(Arena arena) {
      number = arena.allocate(SCALAR_SIZE, SCALAR_VALUE);
      one = arena.allocate(SCALAR_SIZE, SCALAR_VALUE);
      one.set(JAVA_DOUBLE, SCALAR_VALUE, 1);
      handle = arena.allocate(ADDRESS);
      noType = arena.allocate(LibtorchOperations.OPTIONAL_TYPE);
      index = arena.allocate(INDEX_SIZE, Long.BYTES);
      index.set(JAVA_BYTE, INDEX_TYPE, INDEX_BY_TENSOR);
      list = arena.allocate(Libtorch.Functions.LIST);
      list.set(ADDRESS, 0, index);
      list.set(JAVA_LONG, ADDRESS.byteSize(), 1);
    }

    MemorySegment number(double value) {
      number.set(JAVA_DOUBLE, SCALAR_VALUE, value);
      return number;
    }

    /** A list of one index. */
    @SuppressWarnings("restricted")
    MemorySegment list(LibtorchTensor mask) {
      // an at::Tensor is one pointer; borrowed, because the call ends before the mask does
      index.set(JAVA_LONG, INDEX_TENSOR, mask.handle.reinterpret(ADDRESS.byteSize()).get(JAVA_LONG, 0));
      return list;
    }
  }

  private final LibtorchOperations operations;
  private final Arguments arguments;
  private final MemorySegment handle;

  private LibtorchTensor(LibtorchOperations operations, Arguments arguments, MemorySegment handle) {
    this.operations = operations;
    this.arguments = arguments;
    this.handle = handle;
  }

  /** A tensor over floats that stay where they are; {@code dimensions} is 1, or 0 for a single number. */
  static LibtorchTensor over(Libtorch.Functions functions, LibtorchOperations operations, MemorySegment floats, long dimensions, Arena arena) {
    return new LibtorchTensor(operations, new Arguments(arena), functions.tensor(floats, dimensions, arena));
  }

  LibtorchTensor abs() {
    return make(operations.abs, handle);
  }

  LibtorchTensor max() {
    return make(operations.max, handle);
  }

  LibtorchTensor sqrt() {
    return make(operations.sqrt, handle);
  }

  /** The l2 norm. */
  LibtorchTensor norm() {
    return make(operations.norm, handle, arguments.number(2));
  }

  LibtorchTensor pow(double exponent) {
    return make(operations.pow, handle, arguments.number(exponent));
  }

  LibtorchTensor mul(double factor) {
    return make(operations.mulNumber, handle, arguments.number(factor));
  }

  LibtorchTensor mul(LibtorchTensor factor) {
    return make(operations.mulTensor, handle, factor.handle);
  }

  LibtorchTensor div(double divisor) {
    return make(operations.divNumber, handle, arguments.number(divisor));
  }

  LibtorchTensor div(LibtorchTensor divisor) {
    return make(operations.divTensor, handle, divisor.handle);
  }

  LibtorchTensor add(double number) {
    return make(operations.addNumber, handle, arguments.number(number), arguments.one);
  }

  LibtorchTensor add(LibtorchTensor other) {
    return make(operations.addTensor, handle, other.handle, arguments.one);
  }

  /** A tensor of truth values: where this is greater. */
  LibtorchTensor gt(LibtorchTensor other) {
    return make(operations.gtTensor, handle, other.handle);
  }

  /** A tensor of truth values: where this is greater. */
  LibtorchTensor gt(double number) {
    return make(operations.gtNumber, handle, arguments.number(number));
  }

  LibtorchTensor sum() {
    return make(operations.sum, handle, arguments.noType);
  }

  /** Whether the only element is not zero. */
  boolean isNonzero() {
    try {
      return (boolean) operations.isNonzero.invokeExact(handle);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** The elements where {@code mask} is true. */
  LibtorchTensor index(LibtorchTensor mask) {
    return make(operations.index, handle, arguments.list(mask));
  }

  /** Another reference to this tensor. */
  LibtorchTensor reference() {
    try {
      requireSuccess("aoti_torch_new_tensor_handle", (int) operations.anotherReference.invokeExact(handle, arguments.handle));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    return new LibtorchTensor(operations, arguments, arguments.handle.get(ADDRESS, 0));
  }

  /** Puts {@code values} where {@code mask} is true. */
  void indexPutInPlace(LibtorchTensor mask, LibtorchTensor values) {
    call(operations.indexPutInPlace, handle, arguments.list(mask), values.handle);
  }

  void mulInPlace(double factor) {
    call(operations.mulInPlace, handle, arguments.number(factor));
  }

  void addInPlace(double number) {
    call(operations.addNumberInPlace, handle, arguments.number(number), arguments.one);
  }

  void addInPlace(LibtorchTensor other, double factor) {
    call(operations.addTensorInPlace, handle, other.handle, arguments.number(factor));
  }

  /** Adds {@code factor * a * b}. */
  void addcmulInPlace(LibtorchTensor a, LibtorchTensor b, double factor) {
    call(operations.addcmulInPlace, handle, a.handle, b.handle, arguments.number(factor));
  }

  void zeroInPlace() {
    call(operations.zeroInPlace, handle);
  }

  /** Gives up this reference; the memory of a result goes back to the library with its last. */
  @Override
  public void close() {
    try {
      requireSuccess("aoti_torch_delete_tensor_object", (int) operations.delete.invokeExact(handle));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private LibtorchTensor make(MethodHandle operation, MemorySegment... operands) {
    MemorySegment[] all = new MemorySegment[operands.length + 1];
    System.arraycopy(operands, 0, all, 1, operands.length);
    try {
      all[0] = (MemorySegment) operations.allocate.invokeExact(ADDRESS.byteSize());
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    call(operation, all);
    return new LibtorchTensor(operations, arguments, all[0]);
  }

  private static void call(MethodHandle operation, MemorySegment... operands) {
    try {
      operation.invokeExact(operands);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void requireSuccess(String call, int status) {
    if (status != 0) {
      throw new IllegalStateException(call + ": status " + status);
    }
  }
}
