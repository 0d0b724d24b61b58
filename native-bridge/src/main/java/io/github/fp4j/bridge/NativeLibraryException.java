package io.github.fp4j.bridge;

import java.io.IOException;

/** A file that is no library which fp4j can call: the loader refuses it, a function is missing, or its ABI version is another. The message begins with the file. */
public final class NativeLibraryException extends IOException {
  private static final long serialVersionUID = 1;

  NativeLibraryException(String file, String problem) {
    super(file + ": " + problem);
  }
}
