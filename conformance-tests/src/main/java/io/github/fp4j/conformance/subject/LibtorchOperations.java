package io.github.fp4j.conformance.subject;

import static io.github.fp4j.conformance.subject.Libtorch.Functions.LIST;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Collections;

/**
 * libtorch's operations on tensors that {@link LibtorchTensor} calls. All take tensors and numbers by address; one that makes a tensor takes the place for it
 * first, one that works in place returns its first argument, which nobody needs.
 */
final class LibtorchOperations {
  private static final String TENSOR = "ERKNS_6TensorE";
  private static final String TENSOR_AND_TENSOR = "ERKNS_6TensorES4_";
  private static final String TENSOR_AND_NUMBER = "ERKNS_6TensorERKN3c106ScalarE";
  private static final String CHANGED_AND_NUMBER = "ERNS_6TensorERKN3c106ScalarE";

  /** std::optional of an element type; absent as zeros. */
  static final StructLayout OPTIONAL_TYPE = MemoryLayout.structLayout(JAVA_BYTE, JAVA_BYTE);

  final MethodHandle abs;
  final MethodHandle max;
  final MethodHandle sqrt;
  final MethodHandle norm;
  final MethodHandle pow;
  final MethodHandle mulNumber;
  final MethodHandle mulTensor;
  final MethodHandle divNumber;
  final MethodHandle divTensor;
  final MethodHandle addNumber;
  final MethodHandle addTensor;
  final MethodHandle gtNumber;
  final MethodHandle gtTensor;
  final MethodHandle sum;
  final MethodHandle index;
  final MethodHandle indexPutInPlace;
  final MethodHandle mulInPlace;
  final MethodHandle addNumberInPlace;
  final MethodHandle addTensorInPlace;
  final MethodHandle addcmulInPlace;
  final MethodHandle zeroInPlace;
  final MethodHandle copyInPlace;
  final MethodHandle isNonzero;
  final MethodHandle anotherReference;
  final MethodHandle allocate;
  final MethodHandle delete;

  LibtorchOperations(SymbolLookup symbols) {
    abs = operation(symbols, "abs", TENSOR, 2);
    max = operation(symbols, "max", TENSOR, 2);
    sqrt = operation(symbols, "sqrt", TENSOR, 2);
    norm = operation(symbols, "norm_Scalar", TENSOR_AND_NUMBER, 3);
    pow = operation(symbols, "pow_Tensor_Scalar", TENSOR_AND_NUMBER, 3);
    mulNumber = operation(symbols, "mul_Scalar", TENSOR_AND_NUMBER, 3);
    mulTensor = operation(symbols, "mul_Tensor", TENSOR_AND_TENSOR, 3);
    divNumber = operation(symbols, "div_Scalar", TENSOR_AND_NUMBER, 3);
    divTensor = operation(symbols, "div_Tensor", TENSOR_AND_TENSOR, 3);
    addNumber = operation(symbols, "add_Scalar", TENSOR_AND_NUMBER + "S8_", 4);
    addTensor = operation(symbols, "add_Tensor", "ERKNS_6TensorES4_RKN3c106ScalarE", 4);
    gtNumber = operation(symbols, "gt_Scalar", TENSOR_AND_NUMBER, 3);
    gtTensor = operation(symbols, "gt_Tensor", TENSOR_AND_TENSOR, 3);
    mulInPlace = operation(symbols, "mul__Scalar", CHANGED_AND_NUMBER, 2);
    addNumberInPlace = operation(symbols, "add__Scalar", CHANGED_AND_NUMBER + "S7_", 3);
    addTensorInPlace = operation(symbols, "add__Tensor", "ERNS_6TensorERKS2_RKN3c106ScalarE", 3);
    addcmulInPlace = operation(symbols, "addcmul_", "ERNS_6TensorERKS2_S5_RKN3c106ScalarE", 4);
    zeroInPlace = operation(symbols, "zero_", "ERNS_6TensorE", 1);
    sum = function(symbols, name("sum", "ERKNS_6TensorESt8optionalIN3c1010ScalarTypeEE"), ADDRESS, ADDRESS, OPTIONAL_TYPE);
    index = function(symbols, "_ZNK2at6Tensor5indexEN3c108ArrayRefINS_8indexing11TensorIndexEEE", ADDRESS, ADDRESS, LIST);
    indexPutInPlace = function(symbols, "_ZN2at6Tensor10index_put_EN3c108ArrayRefINS_8indexing11TensorIndexEEERKS0_", ADDRESS, LIST, ADDRESS);
    copyInPlace = Libtorch.Functions.function(symbols, name("copy_", "ERNS_6TensorERKS2_b"), FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_BOOLEAN));
    isNonzero = Libtorch.Functions.function(symbols, name("is_nonzero", TENSOR), FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
    anotherReference = Libtorch.Functions.function(symbols, "aoti_torch_new_tensor_handle", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    allocate = Libtorch.Functions.function(symbols, "_Znwm", FunctionDescriptor.of(ADDRESS, JAVA_LONG));
    delete = Libtorch.Functions.function(symbols, "aoti_torch_delete_tensor_object", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  }

  private static MethodHandle operation(SymbolLookup symbols, String name, String signature, int addresses) {
    return function(symbols, name(name, signature), Collections.nCopies(addresses, ADDRESS).toArray(MemoryLayout[]::new));
  }

  /** Takes its arguments in one array. */
  private static MethodHandle function(SymbolLookup symbols, String name, MemoryLayout... arguments) {
    return Libtorch.Functions.function(symbols, name, FunctionDescriptor.ofVoid(arguments)).asSpreader(MemorySegment[].class, arguments.length);
  }

  /** The mangled name of {@code at::_ops::NAME::call}. */
  private static String name(String operation, String signature) {
    return "_ZN2at4_ops" + operation.length() + operation + "4call" + signature;
  }
}
