package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.simd.optim.OptimizerConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * libtorch's steps on the CPU, on one thread: its fused AdamW, {@code at::_fused_adamw_}, and Stable-SPAM out of its single operations. The library is named by
 * the system property {@code fp4j.libtorch.library} or the environment variable {@code FP4J_LIBTORCH_LIBRARY}, or fetched; loading it takes a good part of a
 * second. Tensors are made by its stable C functions; update and operations have only C++ names, those of libtorch 2.10 as GCC and Clang mangle them.
 */
public sealed interface Libtorch {

  /** It is here; it stays loaded until the process ends. */
  record Found(Functions functions) implements Libtorch {}

  /** It is not, or cannot be used. */
  record Missing(String reason) implements Libtorch {}

  /** Looks for the library. Never throws. */
  static Libtorch find() {
    return switch (PeerLibrary.find("fp4j.libtorch.library", "FP4J_LIBTORCH_LIBRARY", "libtorch/lib/libtorch_cpu.so", System.getenv())) {
      case PeerLibrary.Missing(String reason) -> new Missing(reason);
      case PeerLibrary.Found(var file, SymbolLookup symbols) -> {
        try {
          yield new Found(new Functions(symbols));
        } catch (NoSuchElementException e) {
          yield new Missing(file + ": " + e.getMessage());
        }
      }
    };
  }

  /** Its functions that are called. */
  final class Functions {
    private static final String FUSED_ADAMW = "_ZN2at3cpu13_fused_adamw_EN3c108ArrayRefINS_6TensorEEES4_S4_S4_S4_S4_dddddbbRKSt8optionalIS3_ES8_";

    /** c10::ArrayRef<at::Tensor>, passed by value: an array of tensors, and their number. */
    static final StructLayout LIST = MemoryLayout.structLayout(ADDRESS, JAVA_LONG);

    private static final int CACHE_LINE = 64;

    private final MethodHandle fusedAdamW;
    private final MethodHandle tensorFromMemory;
    private final int float32;
    private final Map<FloatFormat, Integer> types8;
    private final int cpu;
    private final LibtorchOperations operations;

    private Functions(SymbolLookup symbols) {
      operations = new LibtorchOperations(symbols);
      fusedAdamW =
          function(
              symbols,
              FUSED_ADAMW,
              FunctionDescriptor.ofVoid(
                  LIST, LIST, LIST, LIST, LIST, LIST, JAVA_DOUBLE, JAVA_DOUBLE, JAVA_DOUBLE, JAVA_DOUBLE, JAVA_DOUBLE, JAVA_BOOLEAN, JAVA_BOOLEAN, ADDRESS, ADDRESS));
      tensorFromMemory =
          function(
              symbols,
              "aoti_torch_create_tensor_from_blob",
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
      try {
        float32 = (int) function(symbols, "aoti_torch_dtype_float32", FunctionDescriptor.of(JAVA_INT)).invokeExact();
        types8 =
            Map.of(
                FloatFormat.E4M3, (int) function(symbols, "aoti_torch_dtype_float8_e4m3fn", FunctionDescriptor.of(JAVA_INT)).invokeExact(),
                FloatFormat.E5M2, (int) function(symbols, "aoti_torch_dtype_float8_e5m2", FunctionDescriptor.of(JAVA_INT)).invokeExact());
        cpu = (int) function(symbols, "aoti_torch_device_type_cpu", FunctionDescriptor.of(JAVA_INT)).invokeExact();
        function(symbols, "_ZN2at15set_num_threadsEi", FunctionDescriptor.ofVoid(JAVA_INT)).invokeExact(1);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }

    @SuppressWarnings("restricted")
    static MethodHandle function(SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
      return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), descriptor);
    }

    /** AdamW of {@code parameters} with moments of zero: betas .9 and .999, epsilon 1e-8. */
    public FusedAdamW adamW(float[] parameters, double learningRate, double weightDecay) {
      return new FusedAdamW(this, parameters, learningRate, weightDecay);
    }

    /**
     * Stable-SPAM of {@code parameters} as the authors' code computes it.
     *
     * @throws IllegalArgumentException if {@code config} is of another algorithm
     */
    public LibtorchStableSpam stableSpam(float[] parameters, OptimizerConfig config) {
      return new LibtorchStableSpam(this, operations, parameters, config);
    }

    /**
     * Conversions of {@code length} numbers between float32 and {@code format}.
     *
     * @throws IllegalArgumentException if the format is neither E4M3 nor E5M2
     */
    public LibtorchConversion conversion(FloatFormat format, int length) {
      Integer type = types8.get(format);
      if (type == null) {
        throw new IllegalArgumentException("format " + format + ": expected e4m3 or e5m2");
      }
      return new LibtorchConversion(this, operations, type, length);
    }

    /** {@code count} floats on a cache line of their own, all zeros. */
    static MemorySegment floats(int count, Arena arena) {
      return arena.allocate((long) Float.BYTES * count, CACHE_LINE);
    }

    /** {@code count} bytes on a cache line of their own, all zeros. */
    static MemorySegment bytes(int count, Arena arena) {
      return arena.allocate(count, CACHE_LINE);
    }

    /** A tensor of one dimension over {@code memory}: the address of its handle, which is an array of one tensor. */
    MemorySegment tensor(MemorySegment memory, Arena arena) {
      return tensor(memory, 1, arena);
    }

    /** A tensor of floats over {@code memory} of one dimension, or of none for a single number. */
    MemorySegment tensor(MemorySegment memory, long dimensions, Arena arena) {
      return tensor(memory, memory.byteSize() / Float.BYTES, dimensions, float32, arena);
    }

    /** A tensor of one dimension over bytes that are elements of {@code type}. */
    MemorySegment tensorOfBytes(MemorySegment memory, int type, Arena arena) {
      return tensor(memory, memory.byteSize(), 1, type, arena);
    }

    private MemorySegment tensor(MemorySegment memory, long length, long dimensions, int type, Arena arena) {
      MemorySegment handle = arena.allocate(ADDRESS);
      MemorySegment sizes = arena.allocateFrom(JAVA_LONG, length);
      MemorySegment strides = arena.allocateFrom(JAVA_LONG, 1);
      int status;
      try {
        status = (int) tensorFromMemory.invokeExact(memory, dimensions, sizes, strides, 0L, type, cpu, 0, handle);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
      if (status != 0) {
        throw new IllegalStateException("aoti_torch_create_tensor_from_blob: status " + status);
      }
      return handle.get(ADDRESS, 0);
    }
  }

  /** AdamW of one tensor, in memory of its own that stays until the process ends. */
  final class FusedAdamW {
    private final Functions functions;
    private final Arena arena = Arena.global();
    private final MemorySegment parameters;
    private final MemorySegment gradient;
    private final MemorySegment steps;
    private final MemorySegment parameterList;
    private final MemorySegment gradientList;
    private final MemorySegment firstList;
    private final MemorySegment secondList;
    private final MemorySegment stepList;
    private final MemorySegment none;
    private final double learningRate;
    private final double weightDecay;

    private FusedAdamW(Functions functions, float[] values, double learningRate, double weightDecay) {
      this.functions = functions;
      this.learningRate = learningRate;
      this.weightDecay = weightDecay;
      parameters = Functions.floats(values.length, arena);
      MemorySegment.copy(values, 0, parameters, JAVA_FLOAT, 0, values.length);
      gradient = Functions.floats(values.length, arena);
      steps = Functions.floats(1, arena);
      parameterList = list(parameters);
      gradientList = list(gradient);
      firstList = list(Functions.floats(values.length, arena));
      secondList = list(Functions.floats(values.length, arena));
      stepList = list(steps);
      none = arena.allocate(Functions.LIST); // an empty list, and an absent optional: all zeros
    }

    private MemorySegment list(MemorySegment memory) {
      MemorySegment list = arena.allocate(Functions.LIST);
      list.set(ADDRESS, 0, functions.tensor(memory, arena));
      list.set(JAVA_LONG, ADDRESS.byteSize(), 1);
      return list;
    }

    /** The gradient of the next steps. */
    public void gradient(float[] values) {
      MemorySegment.copy(values, 0, gradient, JAVA_FLOAT, 0, values.length);
    }

    /** One step. */
    public void step() {
      steps.set(JAVA_FLOAT, 0, steps.get(JAVA_FLOAT, 0) + 1);
      try {
        functions.fusedAdamW.invokeExact(
            parameterList, gradientList, firstList, secondList, none, stepList, learningRate, .9, .999, weightDecay, 1e-8, false, false, none, none);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }

    /** A copy of the parameters. */
    public float[] parameters() {
      return parameters.toArray(JAVA_FLOAT);
    }
  }
}
