package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.sys.MatmulStructs;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An algorithm that cuBLASLt chose, to be used again: the same one gives the same bits, whatever a later heuristic would choose. It is a block of bytes that only
 * the version which made it understands.
 *
 * <p>Its text, {@code cublaslt-algorithm 130101 <128 hexadecimal digits>}, is for files.
 */
public final class MatmulAlgorithm {
  private static final String WORD = "cublaslt-algorithm";

  private final long libraryVersion;
  private final byte[] bytes;

  MatmulAlgorithm(long libraryVersion, byte[] bytes) {
    this.libraryVersion = libraryVersion;
    this.bytes = bytes.clone();
  }

  /**
   * From its text.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static MatmulAlgorithm parse(String text) {
    String[] words = text.strip().split(" ");
    if (words.length != 3 || !words[0].equals(WORD) || !words[1].matches("\\d{1,9}") || !words[2].matches("[0-9a-f]{" + 2 * MatmulStructs.ALGORITHM_BYTES + "}")) {
      throw new IllegalArgumentException(
          "algorithm = \"" + text.strip() + "\": expected \"" + WORD + " VERSION HEX\" with " + 2 * MatmulStructs.ALGORITHM_BYTES + " hexadecimal digits");
    }
    return new MatmulAlgorithm(Long.parseLong(words[1]), HexFormat.of().parseHex(words[2]));
  }

  /** The {@link CublasLt#versionNumber} of the library that chose it. */
  public long libraryVersion() {
    return libraryVersion;
  }

  /** A copy of the {@code cublasLtMatmulAlgo_t}. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** @throws IllegalArgumentException if another version of the library made it */
  void requireVersion(CublasLt library) {
    if (library.versionNumber() != libraryVersion) {
      throw new IllegalArgumentException(
          "the algorithm was recorded with cuBLASLt " + libraryVersion + ": expected " + library.versionNumber() + ", the one that is here; let the heuristics choose again");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MatmulAlgorithm algorithm && libraryVersion == algorithm.libraryVersion && Arrays.equals(bytes, algorithm.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return WORD + " " + libraryVersion + " " + HexFormat.of().formatHex(bytes);
  }
}
