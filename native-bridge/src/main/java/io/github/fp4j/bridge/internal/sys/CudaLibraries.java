package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** CUDA's libraries as far as it takes to say which are there: names, folders, versions, devices. Sources: cuda.h, nvrtc.h, cublasLt.h of CUDA 13. */
public final class CudaLibraries {
  private static final MethodHandle INT_OF_INT = Downcalls.of(FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle INT_OF_POINTER = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle INT_OF_TWO_POINTERS = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle INT_OF_POINTER_AND_INT = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle INT_OF_INT_AND_POINTER = Downcalls.of(FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle DEVICE_NAME = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle SIZE = Downcalls.of(FunctionDescriptor.of(JAVA_LONG));

  private static final int SUCCESS = 0;
  private static final int NAME_BYTES = 256;

  private CudaLibraries() {}

  /** Searches a library: {@code -Dfp4j.cuda.path} or {@code FP4J_CUDA_PATH}, the loader's path, then CUDA's usual folders. */
  public static LibrarySearch search(String fileName) {
    String chosen = System.getProperty("fp4j.cuda.path", System.getenv("FP4J_CUDA_PATH"));
    LibrarySearch search = new LibrarySearch(fileName);
    if (chosen != null) {
      search.folders("fp4j.cuda.path", below(chosen));
    }
    return search.loader().folders("CUDA's folders", usualFolders());
  }

  private static List<String> usualFolders() {
    Set<String> folders = new LinkedHashSet<>();
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      Optional.ofNullable(System.getenv(variable)).ifPresent(folder -> folders.addAll(below(folder)));
    }
    folders.addAll(below("/usr/local/cuda"));
    folders.add("/usr/lib/wsl/lib");
    return List.copyOf(folders);
  }

  private static List<String> below(String folder) {
    return List.of(folder, folder + File.separator + "lib64", folder + File.separator + "lib");
  }

  /** {@code cuDriverGetVersion}, e.g. {@code 13.0}: the newest CUDA that the driver can serve. */
  public static Optional<String> driverVersion(LoadedLibrary driver) {
    Optional<MemorySegment> function = driver.find("cuDriverGetVersion");
    if (function.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment version = arena.allocate(JAVA_INT);
      int status = (int) INT_OF_POINTER.invokeExact(function.get(), version);
      int number = version.get(JAVA_INT, 0);
      return status == SUCCESS ? Optional.of(number / 1000 + "." + number % 1000 / 10) : Optional.empty();
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code nvrtcVersion}, e.g. {@code 13.0}. */
  public static Optional<String> nvrtcVersion(LoadedLibrary nvrtc) {
    Optional<MemorySegment> function = nvrtc.find("nvrtcVersion");
    if (function.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment major = arena.allocate(JAVA_INT);
      MemorySegment minor = arena.allocate(JAVA_INT);
      int status = (int) INT_OF_TWO_POINTERS.invokeExact(function.get(), major, minor);
      return status == SUCCESS ? Optional.of(major.get(JAVA_INT, 0) + "." + minor.get(JAVA_INT, 0)) : Optional.empty();
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code cublasLtGetVersion}, e.g. {@code 13.1.1}. */
  public static Optional<String> cublasLtVersion(LoadedLibrary cublasLt) {
    Optional<MemorySegment> function = cublasLt.find("cublasLtGetVersion");
    if (function.isEmpty()) {
      return Optional.empty();
    }
    try {
      long version = (long) SIZE.invokeExact(function.get());
      return Optional.of(version / 10000 + "." + version / 100 % 100 + "." + version % 100);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** One line for each device of the driver, or one that says which call failed and how. */
  public static List<String> devices(LoadedLibrary driver) {
    for (String symbol : List.of("cuInit", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName")) {
      if (driver.find(symbol).isEmpty()) {
        return List.of("no function " + symbol);
      }
    }
    List<String> lines = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment init = driver.find("cuInit").orElseThrow();
      MemorySegment count = arena.allocate(JAVA_INT);
      int status = (int) INT_OF_INT.invokeExact(init, 0);
      if (status != SUCCESS) {
        return List.of("cuInit: " + errorText(driver, status));
      }
      status = (int) INT_OF_POINTER.invokeExact(driver.find("cuDeviceGetCount").orElseThrow(), count);
      if (status != SUCCESS) {
        return List.of("cuDeviceGetCount: " + errorText(driver, status));
      }
      for (int ordinal = 0; ordinal < count.get(JAVA_INT, 0); ordinal++) {
        lines.add("device " + ordinal + ": " + deviceName(driver, ordinal, arena));
      }
      return lines.isEmpty() ? List.of("no device") : lines;
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  private static String deviceName(LoadedLibrary driver, int ordinal, Arena arena) throws Throwable {
    MemorySegment device = arena.allocate(JAVA_INT);
    MemorySegment name = arena.allocate(JAVA_BYTE, NAME_BYTES);
    int status = (int) INT_OF_POINTER_AND_INT.invokeExact(driver.find("cuDeviceGet").orElseThrow(), device, ordinal);
    if (status == SUCCESS) {
      status = (int) DEVICE_NAME.invokeExact(driver.find("cuDeviceGetName").orElseThrow(), name, NAME_BYTES - 1, device.get(JAVA_INT, 0));
    }
    return status == SUCCESS ? name.getString(0) : "cuDeviceGetName: " + errorText(driver, status);
  }

  /** The number of a CUresult with its name, e.g. {@code 100 (CUDA_ERROR_NO_DEVICE)}. */
  private static String errorText(LoadedLibrary driver, int status) {
    Optional<MemorySegment> function = driver.find("cuGetErrorName");
    if (function.isEmpty()) {
      return String.valueOf(status);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ADDRESS);
      int known = (int) INT_OF_INT_AND_POINTER.invokeExact(function.get(), status, name);
      return status + (known == SUCCESS ? LoadedLibrary.text(name.get(ADDRESS, 0)).map(text -> " (" + text + ")").orElse("") : "");
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }
}
