package io.github.fp4j.bridge;

import io.github.fp4j.bridge.internal.sys.LibrarySearch;
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

  /** Searches anew: a path set by {@code -Dfp4j.host.library} or {@code FP4J_HOST_LIBRARY}, the jar, {@code java.library.path}. */
  LibrarySearch search() {
    String property = "fp4j." + backendName.replace('-', '.') + ".library";
    String environment = property.toUpperCase(Locale.ROOT).replace('.', '_');
    return new LibrarySearch(fileName()).setting(property, environment).packaged().javaLibraryPath();
  }
}
