package io.github.fp4j.conformance.tensorfile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Reads the pieces of a GGUF header one after the other; whatever runs past the end is refused with the name of the field. */
final class GgufCursor {
  /** The keys, names and strings of one file may have this many bytes together; arrays of strings stay in the map and do not count. */
  static final int MOST_TEXT = 100_000_000;

  /** Arrays of arrays are allowed by the format and used by nobody; this many levels are read. */
  static final int DEEPEST_ARRAY = 4;

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment bytes;
  private final CodingErrorAction onBadText;
  private long position;
  private long text;

  GgufCursor(String file, MemorySegment bytes) {
    this(file, bytes, CodingErrorAction.REPORT);
  }

  private GgufCursor(String file, MemorySegment bytes, CodingErrorAction onBadText) {
    this.file = file;
    this.bytes = bytes;
    this.onBadText = onBadText;
  }

  long position() {
    return position;
  }

  int readInt(String field) throws IOException {
    return bytes.get(INT, advance(4, field));
  }

  long readLong(String field) throws IOException {
    return bytes.get(LONG, advance(8, field));
  }

  /** A count of things that take at least {@code leastBytes} each. */
  long readCount(String field, int leastBytes) throws IOException {
    long count = readLong(field);
    if (count < 0 || count > (bytes.byteSize() - position) / leastBytes) {
      throw Fault.in(file, field + " " + Fault.grouped(count) + " runs past the end of the file (" + Fault.grouped(bytes.byteSize()) + " bytes)");
    }
    return count;
  }

  String readString(String field) throws IOException {
    long length = readCount(field + " length", 1);
    text += length;
    if (text > MOST_TEXT) {
      throw Fault.in(file, field + ": its " + Fault.grouped(length) + " bytes make more than " + Fault.grouped(MOST_TEXT) + " bytes of text in the header");
    }
    ByteBuffer encoded = ByteBuffer.wrap(bytes.asSlice(advance(length, field), length).toArray(ValueLayout.JAVA_BYTE));
    try {
      return StandardCharsets.UTF_8.newDecoder().onMalformedInput(onBadText).onUnmappableCharacter(onBadText).decode(encoded).toString();
    } catch (CharacterCodingException e) {
      throw Fault.in(file, field + ": not UTF-8 (" + e.getMessage() + ")", e);
    }
  }

  MetadataType readType(String field) throws IOException {
    int id = readInt(field);
    MetadataType[] types = MetadataType.values();
    if (id < 0 || id >= types.length) {
      throw Fault.in(file, field + " " + Integer.toUnsignedString(id) + ": expected 0 to " + (types.length - 1));
    }
    return types[id];
  }

  MetadataValue readValue(MetadataType type, String field) throws IOException {
    return readValue(type, field, 1);
  }

  private MetadataValue readValue(MetadataType type, String field, int depth) throws IOException {
    return switch (type) {
      case STRING -> new MetadataValue.Text(readString(field));
      case ARRAY -> readArray(field, depth);
      case BOOL -> new MetadataValue.Flag(readFlag(field));
      case FLOAT32 -> new MetadataValue.Real(type, Float.intBitsToFloat(readInt(field)));
      case FLOAT64 -> new MetadataValue.Real(type, Double.longBitsToDouble(readLong(field)));
      case UINT8 -> new MetadataValue.Whole(type, readByte(field) & 0xFF);
      case INT8 -> new MetadataValue.Whole(type, readByte(field));
      case UINT16 -> new MetadataValue.Whole(type, readShort(field) & 0xFFFF);
      case INT16 -> new MetadataValue.Whole(type, readShort(field));
      case UINT32 -> new MetadataValue.Whole(type, Integer.toUnsignedLong(readInt(field)));
      case INT32 -> new MetadataValue.Whole(type, readInt(field));
      case UINT64, INT64 -> new MetadataValue.Whole(type, readLong(field));
    };
  }

  private MetadataValue.Array readArray(String field, int depth) throws IOException {
    if (depth > DEEPEST_ARRAY) {
      throw Fault.in(file, field + ": an array nested more than " + DEEPEST_ARRAY + " levels deep");
    }
    MetadataType elementType = readType(field + " element type");
    long count = readCount(field + " element count", leastBytes(elementType));
    long begin = position;
    switch (elementType) {
      case STRING -> {
        for (long i = 0; i < count; i++) {
          advance(readCount(field + " string length", 1), field);
        }
      }
      case ARRAY -> {
        for (long i = 0; i < count; i++) {
          readArray(field, depth + 1);
        }
      }
      case BOOL -> {
        for (long i = 0; i < count; i++) {
          readFlag(field);
        }
      }
      default -> advance(count * elementType.bytes(), field);
    }
    return new MetadataValue.Array(elementType, count, bytes.asSlice(begin, position - begin));
  }

  private static int leastBytes(MetadataType type) {
    return switch (type) {
      case STRING -> 8;
      case ARRAY -> 12;
      default -> type.bytes();
    };
  }

  private byte readByte(String field) throws IOException {
    return bytes.get(ValueLayout.JAVA_BYTE, advance(1, field));
  }

  private short readShort(String field) throws IOException {
    return bytes.get(SHORT, advance(2, field));
  }

  private boolean readFlag(String field) throws IOException {
    int flag = readByte(field);
    if ((flag & ~1) != 0) {
      throw Fault.in(file, field + ": boolean " + (flag & 0xFF) + ", expected 0 or 1");
    }
    return flag == 1;
  }

  private long advance(long length, String field) throws IOException {
    if (length > bytes.byteSize() - position) {
      throw Fault.in(file, field + ": runs past the end of the file (" + Fault.grouped(bytes.byteSize()) + " bytes)");
    }
    long begin = position;
    position += length;
    return begin;
  }

  /** The elements of an array that was checked when it was read. */
  static Iterator<MetadataValue> elements(MetadataValue.Array array) {
    GgufCursor cursor = new GgufCursor("array", array.bytes(), CodingErrorAction.REPLACE);
    return new Iterator<>() {
      private long next;

      @Override
      public boolean hasNext() {
        return next < array.count();
      }

      @Override
      public MetadataValue next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        next++;
        cursor.text = 0; // each element stands alone
        try {
          return cursor.readValue(array.elementType(), "element " + (next - 1));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }
}
