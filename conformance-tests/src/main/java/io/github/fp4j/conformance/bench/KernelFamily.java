package io.github.fp4j.conformance.bench;

import io.github.fp4j.backend.Backend;
import java.util.Optional;

/**
 * One operation that several backends have, and what it moves.
 *
 * @param id short name, e.g. {@code quantize-nvfp4}
 * @param title what it does, in a few words
 * @param bytesRead bytes that one element makes it read
 * @param bytesWritten bytes that one element makes it write
 * @param operations floating-point operations of an element where arithmetic is the point (a multiplication and an addition count as two), otherwise 1: the element
 * @param inPlace whether what is written was read before, from the same place; such a line need not be fetched to be written
 * @param maker makes the operation
 */
public record KernelFamily(String id, String title, double bytesRead, double bytesWritten, double operations, boolean inPlace, Maker maker) {

  /** An operation that writes elsewhere. */
  KernelFamily(String id, String title, double bytesRead, double bytesWritten, double operations, Maker maker) {
    this(id, title, bytesRead, bytesWritten, operations, false, maker);
  }

  /** Makes the operation of one backend on fixed, random data. */
  @FunctionalInterface
  public interface Maker {

    /** One call that works through {@code elements} elements, a power of two from {@link #ROW} on; empty if the backend does not have it. */
    Optional<Runnable> make(Backend backend, int elements);
  }

  /** The least that a call is for; all are for powers of two. */
  static final int ROW = 4096;

  /** Operations of a weight in a product with one row. */
  private static final int ROW_OPERATIONS = 2;

  /** So many weights are enough for a product of many rows, whose speed is not that of memory. */
  private static final int MOST_WEIGHTS = ROW * ROW;

  /** Elements of one call on data of a size. */
  public int elements(SizeClass size) {
    double bytesOfElement = inPlace ? Math.max(bytesRead, bytesWritten) : bytes();
    int elements = Math.max(ROW, Integer.highestOneBit((int) (size.bytes() / bytesOfElement)));
    return operations > ROW_OPERATIONS ? Math.min(elements, MOST_WEIGHTS) : elements;
  }

  /** Bytes that move for one element. */
  public double bytes() {
    return bytesRead + bytesWritten;
  }
}
