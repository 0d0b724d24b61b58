package io.github.fp4j.conformance.tensorfile;

import io.github.fp4j.conformance.staging.StagedFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a tensor file whose tensors were declared beforehand; their bytes come in pieces, tensors in any order or interleaved, so that memory stays
 * that of one piece.
 *
 * <p>The file appears under its name by {@link #commit} only; {@link #close} without it, an exception, an interrupt, or the end of the JVM leaves
 * nothing behind. Different threads may append to different tensors; one tensor belongs to one thread at a time.
 */
public final class TensorWriter implements Closeable {
  private final StagedFile file;
  private final long size;
  private final Map<String, Place> places = new LinkedHashMap<>();

  /** @param offsets of each tensor's first byte in the file, in the order of {@code tensors} */
  TensorWriter(Path target, byte[] header, List<TensorInfo> tensors, long[] offsets, long size) throws IOException {
    this.size = size;
    for (int i = 0; i < offsets.length; i++) {
      places.put(tensors.get(i).name(), new Place(tensors.get(i), offsets[i]));
    }
    this.file = StagedFile.of(target);
    try {
      file.write(0, MemorySegment.ofArray(header));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** @throws IllegalArgumentException if two tensors have one name, or a name is no Unicode text */
  static void requireDistinctNames(List<TensorInfo> tensors) {
    CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    Map<String, TensorInfo> seen = new LinkedHashMap<>();
    for (TensorInfo tensor : tensors) {
      if (seen.put(tensor.name(), tensor) != null) {
        throw new IllegalArgumentException("tensor " + Fault.quote(tensor.name()) + " is declared twice");
      }
      if (!utf8.canEncode(tensor.name())) {
        throw new IllegalArgumentException("tensor " + Fault.quote(tensor.name()) + ": its name has an unpaired surrogate");
      }
    }
  }

  /**
   * Writes the next bytes of the tensor {@code name}.
   *
   * @param bytes native, mapped or over a {@code byte[]}
   * @throws IllegalArgumentException if no such tensor was declared, or it has fewer bytes left
   */
  public void append(String name, MemorySegment bytes) throws IOException {
    Place place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("tensor " + Fault.quote(name) + " was not declared; declared were " + places.keySet());
    }
    if (bytes.byteSize() > place.missing()) {
      throw new IllegalArgumentException(
          "tensor " + Fault.quote(name) + ": " + bytes.byteSize() + " more bytes, expected at most " + place.missing() + " of " + place.info);
    }
    file.write(place.offset + place.written, bytes);
    place.written += bytes.byteSize();
  }

  /** Writes all of {@code tensor}, which must be declared with its name; errors as for {@link #append(String, MemorySegment)}. */
  public void append(Tensor tensor) throws IOException {
    append(tensor.name(), tensor.data());
  }

  /**
   * Moves the complete file into place.
   *
   * @throws IllegalStateException if a tensor lacks bytes
   */
  public void commit() throws IOException {
    for (Place place : places.values()) {
      if (place.missing() != 0) {
        throw new IllegalStateException("tensor " + Fault.quote(place.info.name()) + " lacks " + place.missing() + " of its " + place.info.byteSize() + " bytes");
      }
    }
    file.extendTo(size);
    file.commit();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private static final class Place {
    final TensorInfo info;
    final long offset;
    long written;

    Place(TensorInfo info, long offset) {
      this.info = info;
      this.offset = offset;
    }

    long missing() {
      return info.byteSize() - written;
    }
  }
}
