package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** A native library that has been opened. It stays open until the JVM ends. */
public final class LoadedLibrary {
  private static final int RTLD_NOW = 2; // Linux and macOS alike
  private static final int LONGEST_TEXT = 4096;
  private static final MethodHandle DLOPEN = Downcalls.of(FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
  private static final MethodHandle DLERROR = Downcalls.of(FunctionDescriptor.of(ADDRESS));
  private static final MethodHandle DLADDR = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  private static final MemoryLayout DL_INFO = MemoryLayout.structLayout(ADDRESS, ADDRESS, ADDRESS, ADDRESS); // file name first

  private final String file;
  private final SymbolLookup symbols;

  private LoadedLibrary(String file, SymbolLookup symbols) {
    this.file = file;
    this.symbols = symbols;
  }

  /**
   * Opens a library.
   *
   * @param file a path, or a bare name for the loader's own search
   * @throws OpenFailure with the loader's own text
   */
  @SuppressWarnings("restricted")
  public static LoadedLibrary open(String file) throws OpenFailure {
    try {
      Optional<String> refusal = refusal(file); // first, since the JVM's own attempt prints warnings about files that are no libraries
      if (refusal.isPresent()) {
        throw new OpenFailure(refusal.get());
      }
      return new LoadedLibrary(file, SymbolLookup.libraryLookup(file, Arena.global()));
    } catch (IllegalArgumentException | IllegalCallerException | IllegalStateException e) {
      throw new OpenFailure(String.valueOf(e.getMessage()));
    }
  }

  /** Why {@code dlopen} refuses {@code file}, which the JDK does not pass on; empty if it opens it, or the system has no such function. */
  private static Optional<String> refusal(String file) {
    SymbolLookup system = Linker.nativeLinker().defaultLookup();
    Optional<MemorySegment> dlopen = system.find("dlopen");
    Optional<MemorySegment> dlerror = system.find("dlerror");
    if (dlopen.isEmpty() || dlerror.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = (MemorySegment) DLOPEN.invokeExact(dlopen.get(), arena.allocateFrom(file), RTLD_NOW);
      if (!handle.equals(MemorySegment.NULL)) {
        return Optional.empty();
      }
      MemorySegment text = (MemorySegment) DLERROR.invokeExact(dlerror.get());
      return Optional.of(text(text).orElse(file + " cannot be opened"));
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** The NUL-terminated UTF-8 text at {@code address}, of at most 4095 bytes; empty for a null pointer or a longer one. */
  @SuppressWarnings("restricted")
  public static Optional<String> text(MemorySegment address) {
    if (address.equals(MemorySegment.NULL)) {
      return Optional.empty();
    }
    try {
      return Optional.of(address.reinterpret(LONGEST_TEXT).getString(0));
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** The address of a function. */
  public Optional<MemorySegment> find(String symbol) {
    return symbols.find(symbol);
  }

  /** What was given to {@link #open}. */
  public String file() {
    return file;
  }

  /** The file that a function was loaded from, where the system can tell; otherwise what was given to {@link #open}. */
  public String fileOf(MemorySegment function) {
    Optional<MemorySegment> dladdr = Linker.nativeLinker().defaultLookup().find("dladdr");
    if (dladdr.isEmpty()) {
      return file;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(DL_INFO);
      int known = (int) DLADDR.invokeExact(dladdr.get(), function, info);
      return known == 0 ? file : text(info.get(ADDRESS, 0)).orElse(file);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** A library that cannot be opened; the message is the loader's. */
  public static final class OpenFailure extends Exception {
    private static final long serialVersionUID = 1;

    OpenFailure(String message) {
      super(message);
    }
  }
}
