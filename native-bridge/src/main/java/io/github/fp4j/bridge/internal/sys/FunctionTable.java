package io.github.fp4j.bridge.internal.sys;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The functions of one library, all looked up when it is opened, so that a library that is too old is found out before anything is called. */
public abstract class FunctionTable {
  private final LoadedLibrary library;
  private final List<NativeFunction> functions = new ArrayList<>();

  FunctionTable(LoadedLibrary library) {
    this.library = library;
  }

  /** A library that lacks a function; the message names both. */
  public static final class MissingFunction extends Exception {
    private static final long serialVersionUID = 1;

    MissingFunction(String file, String symbol) {
      super(file + ": no function " + symbol);
    }
  }

  /** A function that returns a status. */
  final NativeFunction function(String name, MemoryLayout... parameters) throws MissingFunction {
    NativeFunction function = new NativeFunction(name, address(name), parameters);
    functions.add(function);
    return function;
  }

  /** The address of a function of another kind. */
  final MemorySegment address(String name) throws MissingFunction {
    return library.find(name).orElseThrow(() -> new MissingFunction(library.file(), name));
  }

  /** Every function that returns a status, in the order of declaration. */
  public final List<NativeFunction> functions() {
    return List.copyOf(functions);
  }

  /** The library. */
  public final LoadedLibrary library() {
    return library;
  }
}
