package io.github.fp4j.conformance.tensorfile;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** The pieces of a GGUF header as bytes, little-endian. */
final class GgufEncoder {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  byte[] toByteArray() {
    return out.toByteArray();
  }

  void putBytes(byte[] bytes) {
    out.writeBytes(bytes);
  }

  /** The low {@code bytes} bytes of {@code value}. */
  void putInteger(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> 8 * i));
    }
  }

  void putString(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    putInteger(bytes.length, 8);
    putBytes(bytes);
  }

  /** The value without its type. */
  void putValue(MetadataValue value) {
    switch (value) {
      case MetadataValue.Text text -> putString(text.value());
      case MetadataValue.Whole whole -> putInteger(whole.value(), whole.type().bytes());
      case MetadataValue.Real real when real.type() == MetadataType.FLOAT32 -> putInteger(Float.floatToRawIntBits((float) real.value()), 4);
      case MetadataValue.Real real -> putInteger(Double.doubleToRawLongBits(real.value()), 8);
      case MetadataValue.Flag flag -> putInteger(flag.value() ? 1 : 0, 1);
      case MetadataValue.Array array -> {
        putInteger(array.elementType().id(), 4);
        putInteger(array.count(), 8);
        putBytes(array.bytes().toArray(ValueLayout.JAVA_BYTE));
      }
    }
  }

  void padTo(int alignment) {
    while (out.size() % alignment != 0) {
      out.write(0);
    }
  }
}
