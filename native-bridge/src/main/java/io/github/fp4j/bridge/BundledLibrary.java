package io.github.fp4j.bridge;

import io.github.fp4j.bridge.internal.sys.Fp4jAbi;
import io.github.fp4j.bridge.internal.sys.LibrarySearch;
import io.github.fp4j.bridge.internal.sys.LoadedLibrary;
import java.util.Locale;

/** The libraries that are built with fp4j and lie in its jar. */
enum BundledLibrary {
  HOST("host", "fp4j_host"),
  NVIDIA_HEADERS("nvidia-headers", "fp4j_nvidia_headers");

  private final String backendName;
  private final String libraryName;

  BundledLibrary(String backendName, String libraryName) {
    this.backendName = backendName;
    this.libraryName = libraryName;
  }

  String backendName() {
    return backendName;
  }

  /** The file's name on this platform. */
  String fileName() {
    return System.mapLibraryName(libraryName);
  }

  private String property(String what) {
    return "fp4j." + backendName.replace('-', '.') + "." + what;
  }

  private static String environment(String property) {
    return property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /**
   * The functions of what a search has found, each call of which may use as many threads as {@code -Dfp4j.host.threads} or {@code FP4J_HOST_THREADS} says, where one
   * of them is set: 0 for all processors. Without, a call computes in its caller's thread.
   *
   * @throws NativeLibraryException if it is no library with our ABI, or no such number
   */
  Fp4jLibrary open(LoadedLibrary found) throws NativeLibraryException {
    Fp4jLibrary library = new Fp4jLibrary(found);
    String property = property("threads");
    String fromProperty = System.getProperty(property);
    String text = fromProperty != null ? fromProperty : System.getenv(environment(property));
    if (text != null) {
      String source = fromProperty != null ? "-D" + property : environment(property);
      int threads = text.matches("\\d{1,4}") ? Integer.parseInt(text) : -1;
      if (threads < 0 || threads > Fp4jAbi.MOST_THREADS) {
        throw new NativeLibraryException(
            found.file(), source + " = " + text + ": expected 0 (all processors) to " + Fp4jAbi.MOST_THREADS + ", the threads that one call may use");
      }
      library.allowThreads(threads, source);
    }
    return library;
  }

  /** Searches anew: a path set by {@code -Dfp4j.host.library} or {@code FP4J_HOST_LIBRARY}, the jar, {@code java.library.path}. */
  LibrarySearch search() {
    String property = property("library");
    return new LibrarySearch(fileName()).setting(property, environment(property)).packaged().javaLibraryPath();
  }
}
