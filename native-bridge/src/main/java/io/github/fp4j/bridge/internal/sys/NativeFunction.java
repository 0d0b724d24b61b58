package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * One C function of a library that returns a status: its name as the library exports it (with the {@code _v2} that cuda.h hides in macros), its parameters as
 * the header declares them, and its address.
 */
public final class NativeFunction {
  private final String name;
  private final List<MemoryLayout> parameters;
  private final MethodHandle handle; // (Object[]) int

  NativeFunction(String name, MemorySegment address, MemoryLayout... parameters) {
    this.name = name;
    this.parameters = List.of(parameters);
    MethodHandle bound = Downcalls.of(FunctionDescriptor.of(JAVA_INT, parameters)).bindTo(address);
    this.handle = bound.asSpreader(Object[].class, parameters.length);
  }

  /** The exported name. */
  public String name() {
    return name;
  }

  /** The parameters: an int, a long, a byte or an address each. */
  public List<MemoryLayout> parameters() {
    return parameters;
  }

  /**
   * Calls it: boxing costs less than a tenth of what the cheapest function here takes.
   *
   * @param arguments an Integer, a Long, a Byte or a MemorySegment each, as {@link #parameters()} says
   * @return the status
   */
  public int call(Object... arguments) {
    int status;
    try {
      status = (int) handle.invokeExact(arguments);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
    if (CallTrace.isOn()) {
      CallTrace.record(name, status, arguments);
    }
    return status;
  }
}
