package io.github.fp4j.conformance.tensorfile;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Files that other libraries wrote (make_fixtures.py beside them), and small ones made by hand. */
final class Fixtures {
  private Fixtures() {}

  static byte[] bytes(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(Fixtures.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }

  static TensorFile parse(String name) throws IOException {
    return TensorFile.parse(name, MemorySegment.ofArray(bytes(name)));
  }

  static TensorFile parse(String name, byte[] bytes) throws IOException {
    return TensorFile.parse(name, MemorySegment.ofArray(bytes));
  }

  /** {@code pattern} of make_fixtures.py. */
  static byte[] pattern(int count, int step) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i * step);
    }
    return bytes;
  }

  static byte[] safetensors(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).array();
  }

  static byte[] npy(String header, int dataBytes) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(10 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.put(Npy.MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length).put(text).array();
  }
}
