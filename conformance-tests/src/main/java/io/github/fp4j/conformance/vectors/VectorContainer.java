package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file that holds vectors or answers: eight bytes of magic, the length of the header as a little-endian 64-bit number, the header in JSON with blanks up to a
 * multiple of {@link #ALIGNMENT}, and the arrays, little-endian, each at a multiple of {@link #ALIGNMENT}. The header has each array's place, counted from the first
 * byte behind it, and the SHA-256 of all those bytes.
 *
 * @param header the JSON
 * @param payload what lies behind it, in memory or mapped
 */
record VectorContainer(JsonNode header, MemorySegment payload) {
  static final int ALIGNMENT = 256;
  static final String QUESTIONS = "FP4JVEC1";
  static final String ANSWERS = "FP4JANS1";
  static final JsonMapper MAPPER = new JsonMapper();

  private static final int PREFIX = 16;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The bytes before the arrays. */
  static byte[] head(String magic, JsonNode header) {
    byte[] json = MAPPER.writeValueAsBytes(header);
    int length = Math.ceilDiv(PREFIX + json.length, ALIGNMENT) * ALIGNMENT;
    MemorySegment head = MemorySegment.ofArray(new byte[length]);
    head.fill((byte) ' ');
    MemorySegment.copy(magic.getBytes(StandardCharsets.US_ASCII), 0, head, ValueLayout.JAVA_BYTE, 0, magic.length());
    head.set(LONG, 8, length - PREFIX);
    MemorySegment.copy(json, 0, head, ValueLayout.JAVA_BYTE, PREFIX, json.length);
    return head.toArray(ValueLayout.JAVA_BYTE);
  }

  /**
   * Maps a file and checks its hash.
   *
   * @throws IllegalArgumentException if it is none of this kind, or damaged; the message says how
   */
  static VectorContainer map(Path file, String magic, Arena arena) throws IOException {
    MemorySegment bytes;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
    String found = new String(bytes.asSlice(0, Math.min(magic.length(), bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    if (!found.equals(magic)) {
      boolean questions = found.equals(QUESTIONS);
      throw new IllegalArgumentException(file + (questions ? ": holds questions" : ": begins with \"" + found + "\"") + ": expected " + magic);
    }
    long length = bytes.byteSize() < PREFIX ? -1 : bytes.get(LONG, 8);
    if (length < 0 || length > bytes.byteSize() - PREFIX) {
      throw new IllegalArgumentException(file + ": cut off inside its header: " + bytes.byteSize() + " bytes");
    }
    JsonNode header;
    try {
      header = MAPPER.readTree(bytes.asSlice(PREFIX, length).toArray(ValueLayout.JAVA_BYTE));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(file + ": the header is no JSON: " + e.getOriginalMessage(), e);
    }
    MemorySegment payload = bytes.asSlice(PREFIX + length);
    String sha256 = sha256(payload);
    if (!header.path("payload_sha256").asString("").equals(sha256)) {
      throw new IllegalArgumentException(
          file + ": payload_sha256 is " + header.path("payload_sha256") + ", the " + payload.byteSize() + " bytes have " + sha256 + ": cut off or altered");
    }
    return new VectorContainer(header, payload);
  }

  private static String sha256(MemorySegment payload) {
    MessageDigest digest = VectorHeader.newDigest();
    long piece = 1 << 20;
    for (long at = 0; at < payload.byteSize(); at += piece) {
      digest.update(payload.asSlice(at, Math.min(piece, payload.byteSize() - at)).asByteBuffer());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The array that a node of the header describes.
   *
   * @throws IllegalArgumentException if its type is unknown, or it does not lie within the payload
   */
  Tensor array(JsonNode node) {
    String dtype = node.path("dtype").asString("");
    long[] shape = new long[node.path("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = node.path("shape").get(i).asLong(-1);
    }
    TensorInfo info = new TensorInfo(node.path("name").asString(""), type(dtype), shape);
    long offset = node.path("offset").asLong(-1);
    if (offset < 0 || offset > payload.byteSize() - info.byteSize()) {
      throw new IllegalArgumentException(info + " at offset " + offset + ": expected it within the " + payload.byteSize() + " bytes of arrays");
    }
    return Tensor.of(info, payload.asSlice(offset, info.byteSize()));
  }

  /** Numpy's name of a type. */
  static String dtype(DataType type) {
    return switch (type) {
      case U8 -> "uint8";
      case U16 -> "uint16";
      case F32 -> "float32";
      default -> throw new IllegalArgumentException("type = " + type + ": expected U8, U16 or F32");
    };
  }

  private static DataType type(String dtype) {
    return switch (dtype) {
      case "uint8" -> DataType.U8;
      case "uint16" -> DataType.U16;
      case "float32" -> DataType.F32;
      default -> throw new IllegalArgumentException("dtype \"" + dtype + "\": expected uint8, uint16 or float32");
    };
  }
}
