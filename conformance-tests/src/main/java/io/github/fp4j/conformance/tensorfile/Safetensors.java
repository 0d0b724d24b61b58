package io.github.fp4j.conformance.tensorfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The safetensors format: 8 bytes of header length, a JSON header, then the tensors without holes or overlap.
 *
 * <p>Source: the format section of the safetensors README and {@code Metadata::validate} of its Rust crate, 0.8. A header has at most 100 000 000
 * bytes, as there.
 */
public final class Safetensors {
  static final int LONGEST_HEADER = 100_000_000;

  private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Safetensors() {}

  static TensorFile parse(String file, MemorySegment bytes) throws IOException {
    if (bytes.byteSize() < 8) {
      throw Fault.in(file, "header length: the file has " + bytes.byteSize() + " bytes, expected at least 8");
    }
    long length = bytes.get(LENGTH, 0);
    if (length < 0 || length > LONGEST_HEADER) {
      throw Fault.in(file, "header length " + Fault.grouped(length) + ": expected at most " + Fault.grouped(LONGEST_HEADER));
    }
    if (length > bytes.byteSize() - 8) {
      throw Fault.in(file, "header length " + Fault.grouped(length) + " runs past the end of the file (" + Fault.grouped(bytes.byteSize()) + " bytes)");
    }
    SafetensorsHeader header = SafetensorsHeader.parse(file, bytes.asSlice(8, length));
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    header.metadata().forEach((key, value) -> metadata.put(key, new MetadataValue.Text(value)));
    return new TensorFile(file, FileFormat.SAFETENSORS, metadata, place(file, header.entries(), bytes.asSlice(8 + length)));
  }

  private static SequencedMap<String, Tensor> place(String file, List<SafetensorsHeader.Entry> entries, MemorySegment data) throws IOException {
    List<SafetensorsHeader.Entry> inOrder = new ArrayList<>(entries);
    inOrder.sort(Comparator.comparingLong(SafetensorsHeader.Entry::begin).thenComparingLong(SafetensorsHeader.Entry::end));
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    long covered = 0;
    String before = "";
    for (SafetensorsHeader.Entry entry : inOrder) {
      String name = entry.info().name();
      String offsets = "data_offsets [" + entry.begin() + ", " + entry.end() + "]";
      if (entry.end() > data.byteSize()) {
        throw Fault.inTensor(file, name, offsets + " end past the file (" + Fault.grouped(data.byteSize()) + " bytes of data)");
      }
      if (entry.begin() < covered) {
        throw Fault.inTensor(file, name, offsets + " overlap those of tensor " + Fault.quote(before) + ", which end at " + covered);
      }
      if (entry.begin() > covered) {
        throw Fault.inTensor(file, name, offsets + " leave a hole: expected to begin at " + covered);
      }
      tensors.put(name, Tensor.of(entry.info(), data.asSlice(entry.begin(), entry.end() - entry.begin())));
      covered = entry.end();
      before = name;
    }
    if (covered != data.byteSize()) {
      throw Fault.in(file, "data_offsets cover " + Fault.grouped(covered) + " bytes: expected all " + Fault.grouped(data.byteSize()) + " bytes of data");
    }
    return tensors;
  }

  /**
   * Begins a file with {@code tensors}, laid out by descending element size (so that all are aligned) and then in the order given.
   *
   * @param metadata becomes {@code __metadata__}
   * @throws IllegalArgumentException if the format has no such type, two tensors have one name or one is called {@code __metadata__}, or the header
   *     exceeds 100 000 000 bytes
   */
  public static TensorWriter create(Path file, Map<String, String> metadata, List<TensorInfo> tensors) throws IOException {
    TensorWriter.requireDistinctNames(tensors);
    for (TensorInfo tensor : tensors) {
      if (tensor.type().safetensorsName().isEmpty()) {
        throw new IllegalArgumentException("tensor " + Fault.quote(tensor.name()) + ": safetensors has no type " + tensor.type());
      }
    }
    List<TensorInfo> inOrder = new ArrayList<>(tensors);
    inOrder.sort(Comparator.comparingInt((TensorInfo tensor) -> tensor.type().unitElements() == 1 ? tensor.type().unitBytes() : 1).reversed());
    long[] offsets = new long[inOrder.size() + 1];
    for (int i = 0; i < inOrder.size(); i++) {
      offsets[i + 1] = Math.addExact(offsets[i], inOrder.get(i).byteSize());
    }
    byte[] json = SafetensorsHeader.write(metadata, inOrder, offsets);
    byte[] header = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).array();
    long[] positions = Arrays.stream(offsets, 0, inOrder.size()).map(offset -> header.length + offset).toArray();
    return new TensorWriter(file, header, inOrder, positions, header.length + offsets[inOrder.size()]);
  }
}
