package io.github.fp4j.conformance.tensorfile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * An open safetensors, GGUF or npy file: its metadata and its tensors, whose bytes lie in the memory map until they are used.
 *
 * @param file its name, for messages
 * @param format which format it is
 * @param metadata by key, in the order of the file; empty for npy
 * @param tensors by name, in the order of their bytes (safetensors) or of their declaration (GGUF); npy has one, with an empty name
 */
public record TensorFile(String file, FileFormat format, SequencedMap<String, MetadataValue> metadata, SequencedMap<String, Tensor> tensors) {
  /**
   * Maps {@code file} into {@code arena}, of any size, and reads its header; the format is told by the first bytes, not by the name.
   *
   * @throws IOException if it cannot be read, is of none of the formats, or breaks the rules of its own; the message names the tensor and the field
   */
  public static TensorFile open(Path file, Arena arena) throws IOException {
    return parse(file.toString(), map(file, arena));
  }

  static MemorySegment map(Path file, Arena arena) throws IOException {
    if (Files.isDirectory(file)) {
      throw Fault.in(file.toString(), "is a folder: expected a file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }

  /** As {@link #open} for bytes that are in memory already; {@code file} is the name for messages. */
  public static TensorFile parse(String file, MemorySegment bytes) throws IOException {
    byte[] first = bytes.asSlice(0, Math.min(9, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    if (startsWith(first, Npy.MAGIC)) {
      return Npy.parse(file, bytes);
    }
    if (startsWith(first, Gguf.MAGIC)) {
      return Gguf.parse(file, bytes);
    }
    if (first.length == 9 && first[8] == '{') {
      return Safetensors.parse(file, bytes);
    }
    throw Fault.in(file, "begins with " + describe(first) + ": expected a safetensors, GGUF or npy file");
  }

  /** The tensor {@code name}, if there is one. */
  public Optional<Tensor> tensor(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** What the file says of its tensors, in order. */
  public List<TensorInfo> infos() {
    return tensors.values().stream().map(Tensor::info).toList();
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static String describe(byte[] first) {
    if (first.length == 0) {
      return "nothing (0 bytes)";
    }
    String hex = HexFormat.ofDelimiter(" ").withUpperCase().formatHex(first);
    if (startsWith(first, new byte[] {'P', 'K', 3, 4})) {
      return hex + " (a zip archive: npz, or what torch.save writes)";
    }
    return startsWith(first, new byte[] {(byte) 0x80}) ? hex + " (perhaps a Python pickle)" : hex;
  }
}
