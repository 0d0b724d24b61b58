package io.github.fp4j.conformance.tensorfile;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.List;
import java.util.StringJoiner;

/** A value of a file's metadata: any of GGUF's types; safetensors has {@link Text} only. */
public sealed interface MetadataValue {
  MetadataType type();

  /** A string. */
  record Text(String value) implements MetadataValue {
    @Override
    public MetadataType type() {
      return MetadataType.STRING;
    }

    @Override
    public String toString() {
      return value;
    }
  }

  /**
   * An integer of 8 to 64 bits.
   *
   * @param value in the range of {@code type}; UINT64 above 2^63 as the negative long with the same bits
   */
  record Whole(MetadataType type, long value) implements MetadataValue {
    /** @throws IllegalArgumentException if {@code type} is no integer, or {@code value} not in its range */
    public Whole {
      boolean fits =
          switch (type) {
            case UINT8, UINT16, UINT32 -> value >= 0 && value >>> 8 * type.bytes() == 0;
            case INT8 -> value == (byte) value;
            case INT16 -> value == (short) value;
            case INT32 -> value == (int) value;
            case UINT64, INT64 -> true;
            default -> false;
          };
      if (!fits) {
        throw new IllegalArgumentException("value = " + value + ": does not fit " + type);
      }
    }

    @Override
    public String toString() {
      return type == MetadataType.UINT64 ? Long.toUnsignedString(value) : Long.toString(value);
    }
  }

  /**
   * A floating-point number.
   *
   * @param type FLOAT32 or FLOAT64
   */
  record Real(MetadataType type, double value) implements MetadataValue {
    /** @throws IllegalArgumentException if {@code type} is another, or {@code value} is no float32 where that is the type */
    public Real {
      boolean fits = type == MetadataType.FLOAT64 || type == MetadataType.FLOAT32 && (value != value || (float) value == value);
      if (!fits) {
        throw new IllegalArgumentException("value = " + value + ": does not fit " + type);
      }
    }

    @Override
    public String toString() {
      return type == MetadataType.FLOAT32 ? Float.toString((float) value) : Double.toString(value);
    }
  }

  /** A boolean. */
  record Flag(boolean value) implements MetadataValue {
    @Override
    public MetadataType type() {
      return MetadataType.BOOL;
    }

    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /**
   * An array, which stays in the bytes of the file until it is iterated. A string in it that is no UTF-8 (some tokenisers have such) is iterated with
   * U+FFFD in place of the fault, and copied to another file as it is.
   *
   * @param elementType of all elements
   * @param count of them
   * @param bytes the elements one after the other
   */
  record Array(MetadataType elementType, long count, MemorySegment bytes) implements MetadataValue, Iterable<MetadataValue> {
    private static final int SHOWN = 3;

    /**
     * An array of {@code elements}.
     *
     * @throws IllegalArgumentException if one has another type than {@code elementType}
     */
    public static Array of(MetadataType elementType, List<? extends MetadataValue> elements) {
      GgufEncoder encoder = new GgufEncoder();
      for (MetadataValue element : elements) {
        if (element.type() != elementType) {
          throw new IllegalArgumentException("element " + element + " is " + element.type() + ": expected " + elementType);
        }
        encoder.putValue(element);
      }
      return new Array(elementType, elements.size(), MemorySegment.ofArray(encoder.toByteArray()));
    }

    /** An array of strings. */
    public static Array ofTexts(List<String> texts) {
      return of(MetadataType.STRING, texts.stream().map(Text::new).toList());
    }

    @Override
    public MetadataType type() {
      return MetadataType.ARRAY;
    }

    @Override
    public Iterator<MetadataValue> iterator() {
      return GgufCursor.elements(this);
    }

    /** The first three elements, and how many there are. */
    @Override
    public String toString() {
      StringJoiner shown = new StringJoiner(", ", "[", count > SHOWN ? ", ... " + count + " in all]" : "]");
      Iterator<MetadataValue> elements = iterator();
      for (int i = 0; i < SHOWN && elements.hasNext(); i++) {
        shown.add(elements.next().toString());
      }
      return shown.toString();
    }
  }
}
