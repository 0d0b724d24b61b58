package io.github.fp4j.bridge.internal.sys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Method handles for C functions whose address is the first argument, so that one constant handle serves every library. */
final class Downcalls {
  private Downcalls() {}

  /** The handle for functions of this shape. Where the JVM refuses native access, a handle that throws the JVM's reason when it is called. */
  static MethodHandle of(FunctionDescriptor function) {
    return handle(function);
  }

  /** The same for short functions that never block, whose arrays may lie on the Java heap; it is held still meanwhile. */
  static MethodHandle onHeap(FunctionDescriptor function) {
    return handle(function, Linker.Option.critical(true));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(FunctionDescriptor function, Linker.Option... options) {
    try {
      return Linker.nativeLinker().downcallHandle(function, options);
    } catch (IllegalCallerException | UnsupportedOperationException e) {
      MethodType type = function.toMethodType().insertParameterTypes(0, MemorySegment.class);
      MethodHandle thrower = MethodHandles.throwException(type.returnType(), IllegalStateException.class);
      return MethodHandles.dropArguments(thrower.bindTo(new IllegalStateException(e.getMessage(), e)), 0, type.parameterList());
    }
  }

  /** A throwable of a downcall as what it is: the linker declares Throwable, C functions throw nothing. */
  static RuntimeException unexpected(Throwable thrown) {
    switch (thrown) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }
}
