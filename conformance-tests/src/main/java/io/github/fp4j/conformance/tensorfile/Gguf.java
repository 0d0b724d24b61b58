package io.github.fp4j.conformance.tensorfile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * The GGUF format of ggml, versions 2 and 3, little-endian: metadata of any type, tensor infos, then the tensors, each at a multiple of the alignment.
 *
 * <p>GGUF lists the extents of a tensor innermost first; {@link TensorInfo#shape} has them outermost first, as everywhere here. Source: gguf.md and
 * gguf.cpp of ggml.
 */
public final class Gguf {
  static final byte[] MAGIC = {'G', 'G', 'U', 'F'};

  private static final String ALIGNMENT = "general.alignment";
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MOST_ENTRIES = 1 << 20;
  private static final int MOST_DIMENSIONS = 4; // GGML_MAX_DIMS
  private static final int LONGEST_NAME = 63; // GGML_MAX_NAME - 1
  private static final long LARGEST_ALIGNMENT = 1 << 20;

  private Gguf() {}

  static TensorFile parse(String file, MemorySegment bytes) throws IOException {
    GgufCursor cursor = new GgufCursor(file, bytes);
    cursor.readInt("magic");
    int version = cursor.readInt("version");
    if (version != 2 && version != 3) {
      boolean swapped = version == 2 << 24 || version == 3 << 24;
      throw Fault.in(file, "version " + Integer.toUnsignedString(version) + ": expected 2 or 3" + (swapped ? " (this file is big-endian)" : ""));
    }
    long tensorCount = readCount(file, cursor, "tensor_count");
    long keyCount = readCount(file, cursor, "metadata_kv_count");
    SequencedMap<String, MetadataValue> metadata = readMetadata(file, cursor, keyCount);
    long alignment = alignment(file, metadata);
    List<Place> places = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      places.add(readPlace(file, cursor, i, alignment));
    }
    long begin = Math.min(align(cursor.position(), alignment), bytes.byteSize());
    return new TensorFile(file, FileFormat.GGUF, metadata, place(file, places, bytes.asSlice(begin)));
  }

  private static long readCount(String file, GgufCursor cursor, String field) throws IOException {
    long count = cursor.readLong(field);
    if (count < 0 || count > MOST_ENTRIES) {
      throw Fault.in(file, field + " " + Fault.grouped(count) + ": expected at most " + Fault.grouped(MOST_ENTRIES));
    }
    return count;
  }

  private static SequencedMap<String, MetadataValue> readMetadata(String file, GgufCursor cursor, long count) throws IOException {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      String key = cursor.readString("metadata key " + i);
      String field = "metadata " + Fault.quote(key);
      MetadataValue value = cursor.readValue(cursor.readType(field + " type"), field);
      if (metadata.put(key, value) != null) {
        throw Fault.in(file, field + " is there twice");
      }
    }
    return metadata;
  }

  private static long alignment(String file, Map<String, MetadataValue> metadata) throws IOException {
    MetadataValue value = metadata.get(ALIGNMENT);
    if (value == null) {
      return DEFAULT_ALIGNMENT;
    }
    if (!isAlignment(value)) {
      throw Fault.in(file, ALIGNMENT + " " + Fault.printable(value.toString()) + " (" + value.type() + "): expected a UINT32 power of two up to 2^20");
    }
    return ((MetadataValue.Whole) value).value();
  }

  private static boolean isAlignment(MetadataValue value) {
    return value instanceof MetadataValue.Whole(MetadataType type, long bytes)
        && type == MetadataType.UINT32 && bytes <= LARGEST_ALIGNMENT && Long.bitCount(bytes) == 1;
  }

  private record Place(TensorInfo info, long offset) {
    long end() {
      return offset + info.byteSize();
    }
  }

  private static Place readPlace(String file, GgufCursor cursor, long index, long alignment) throws IOException {
    String name = cursor.readString("tensor " + index + " name");
    String where = "tensor " + Fault.quote(name) + ": ";
    int dimensions = cursor.readInt(where + "n_dimensions");
    if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
      throw Fault.in(file, where + "n_dimensions " + Integer.toUnsignedString(dimensions) + ": expected at most " + MOST_DIMENSIONS);
    }
    long[] shape = new long[dimensions];
    for (int i = dimensions - 1; i >= 0; i--) {
      shape[i] = cursor.readLong(where + "dimensions");
    }
    int id = cursor.readInt(where + "type");
    DataType type =
        DataType.byGgmlId(id).orElseThrow(() -> Fault.in(file, where + "type " + Integer.toUnsignedString(id) + ": expected one of " + typeNames()));
    long offset = cursor.readLong(where + "offset");
    if (offset < 0 || offset % alignment != 0) {
      throw Fault.in(file, where + "offset " + Fault.grouped(offset) + ": expected a multiple of the alignment, " + alignment);
    }
    try {
      return new Place(new TensorInfo(name, type, shape), offset);
    } catch (IllegalArgumentException e) {
      throw Fault.in(file, where + "dimensions: " + e.getMessage(), e);
    }
  }

  private static String typeNames() {
    return Arrays.stream(DataType.values())
        .filter(type -> type.ggmlId() >= 0)
        .map(type -> type.ggmlId() + " (" + type + ")")
        .collect(Collectors.joining(" "));
  }

  private static SequencedMap<String, Tensor> place(String file, List<Place> places, MemorySegment data) throws IOException {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Place place : places) {
      String name = place.info.name();
      if (place.offset > data.byteSize() || place.info.byteSize() > data.byteSize() - place.offset) {
        String span = "offset " + Fault.grouped(place.offset) + " and " + Fault.grouped(place.info.byteSize()) + " bytes";
        throw Fault.inTensor(file, name, span + " end past the file (" + Fault.grouped(data.byteSize()) + " bytes of data)");
      }
      if (tensors.put(name, Tensor.of(place.info, data.asSlice(place.offset, place.info.byteSize()))) != null) {
        throw Fault.inTensor(file, name, "is there twice");
      }
    }
    requireDisjoint(file, places);
    return tensors;
  }

  private static void requireDisjoint(String file, List<Place> places) throws IOException {
    List<Place> inOrder = new ArrayList<>(places);
    inOrder.removeIf(place -> place.info.byteSize() == 0);
    inOrder.sort(Comparator.comparingLong(Place::offset).thenComparingLong(Place::end));
    for (int i = 1; i < inOrder.size(); i++) {
      Place before = inOrder.get(i - 1);
      Place place = inOrder.get(i);
      if (place.offset < before.end()) {
        String overlap = " overlaps tensor " + Fault.quote(before.info.name()) + ", which ends at " + before.end();
        throw Fault.inTensor(file, place.info.name(), "offset " + Fault.grouped(place.offset) + overlap);
      }
    }
  }

  private static long align(long position, long alignment) {
    return position + alignment - 1 & -alignment;
  }

  /**
   * Begins a file of version 3 with {@code tensors} in the order given.
   *
   * @param metadata in the order given; {@code general.alignment} in it is obeyed, the default is 32
   * @throws IllegalArgumentException if ggml has no such type, a tensor has more than 4 extents, two tensors have one name or one has more than 63
   *     bytes (ggml loads none longer), or the alignment is no power of two
   */
  public static TensorWriter create(Path file, Map<String, MetadataValue> metadata, List<TensorInfo> tensors) throws IOException {
    TensorWriter.requireDistinctNames(tensors);
    tensors.forEach(Gguf::requireStorable);
    MetadataValue wanted = metadata.getOrDefault(ALIGNMENT, new MetadataValue.Whole(MetadataType.UINT32, DEFAULT_ALIGNMENT));
    if (!isAlignment(wanted)) {
      throw new IllegalArgumentException(ALIGNMENT + " = " + wanted + " (" + wanted.type() + "): expected a UINT32 power of two up to 2^20");
    }
    long alignment = ((MetadataValue.Whole) wanted).value();
    GgufEncoder encoder = new GgufEncoder();
    encoder.putBytes(MAGIC);
    encoder.putInteger(3, 4);
    encoder.putInteger(tensors.size(), 8);
    encoder.putInteger(metadata.size(), 8);
    metadata.forEach((key, value) -> {
      encoder.putString(key);
      encoder.putInteger(value.type().id(), 4);
      encoder.putValue(value);
    });
    long[] offsets = new long[tensors.size()];
    long end = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = end;
      putInfo(encoder, tensors.get(i), end);
      end = align(Math.addExact(end, tensors.get(i).byteSize()), alignment);
    }
    encoder.padTo((int) alignment);
    byte[] header = encoder.toByteArray();
    long[] positions = Arrays.stream(offsets).map(offset -> header.length + offset).toArray();
    return new TensorWriter(file, header, tensors, positions, header.length + end);
  }

  private static void requireStorable(TensorInfo tensor) {
    String name = "tensor " + Fault.quote(tensor.name());
    if (tensor.type().ggmlId() < 0) {
      throw new IllegalArgumentException(name + ": GGUF has no type " + tensor.type());
    }
    if (tensor.shape().length > MOST_DIMENSIONS) {
      throw new IllegalArgumentException(name + " has " + tensor.shape().length + " extents: GGUF has at most " + MOST_DIMENSIONS);
    }
    if (tensor.name().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw new IllegalArgumentException(name + ": its name has more than " + LONGEST_NAME + " bytes");
    }
  }

  private static void putInfo(GgufEncoder encoder, TensorInfo tensor, long offset) {
    encoder.putString(tensor.name());
    long[] shape = tensor.shape();
    encoder.putInteger(shape.length, 4);
    for (int i = shape.length - 1; i >= 0; i--) {
      encoder.putInteger(shape[i], 8);
    }
    encoder.putInteger(tensor.type().ggmlId(), 4);
    encoder.putInteger(offset, 8);
  }
}
