package io.github.fp4j.bridge;

import java.util.List;

/** What became of the search for one native library. */
public sealed interface LibraryStatus {

  /** The library as its platform names it, e.g. {@code libcuda.so.1}. */
  String name();

  /** The places in the order of the search, each with its outcome. */
  List<String> tried();

  /**
   * It was found and opened.
   *
   * @param path the file
   * @param version what the library says of itself
   * @param details further lines: devices, or what does not work
   */
  record Found(String name, List<String> tried, String path, String version, List<String> details) implements LibraryStatus {}

  /**
   * It was not found, or is no such library.
   *
   * @param reason why, in one line
   */
  record Missing(String name, List<String> tried, String reason) implements LibraryStatus {}
}
