package io.github.fp4j.bridge;

import java.util.List;

/**
 * What came of the search for one library.
 *
 * @param <T> the opened library
 */
public sealed interface Discovery<T> {

  /** The places in the order of the search, each with its outcome. */
  List<String> tried();

  /**
   * It is here and has what is needed of it.
   *
   * @param library the library
   * @param path its file
   */
  record Found<T>(T library, String path, List<String> tried) implements Discovery<T> {}

  /**
   * It is not, or is too old.
   *
   * @param reason why, in one line, the loader's own text included
   */
  record Unavailable<T>(String reason, List<String> tried) implements Discovery<T> {}

  /**
   * The library.
   *
   * @throws IllegalStateException with the reason, if it is not here
   */
  default T orElseThrow() {
    return switch (this) {
      case Found<T>(T library, String path, List<String> tried) -> library;
      case Unavailable<T>(String reason, List<String> tried) -> throw new IllegalStateException(reason);
    };
  }
}
