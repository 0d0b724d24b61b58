package io.github.fp4j.conformance.tensorfile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** The JSON header of a safetensors file, read token by token: nothing of it is skipped, and what the format does not know is refused. */
final class SafetensorsHeader {
  /** One tensor and its place in the data section. */
  record Entry(TensorInfo info, long begin, long end) {}

  private static final String METADATA = "__metadata__";
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(4).maxNameLength(1 << 20).maxStringLength(Safetensors.LONGEST_HEADER).build())
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  private final String file;
  private final JsonParser json;
  private final SequencedMap<String, String> metadata = new LinkedHashMap<>();
  private final List<Entry> entries = new ArrayList<>();

  private SafetensorsHeader(String file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  SequencedMap<String, String> metadata() {
    return metadata;
  }

  List<Entry> entries() {
    return entries;
  }

  static SafetensorsHeader parse(String file, MemorySegment bytes) throws IOException {
    CharBuffer text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE)));
    } catch (CharacterCodingException e) {
      throw Fault.in(file, "header: not UTF-8 (" + e.getMessage() + ")", e);
    }
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text.array(), text.arrayOffset(), text.remaining())) {
      SafetensorsHeader header = new SafetensorsHeader(file, json);
      header.readAll();
      return header;
    } catch (JacksonException e) {
      throw Fault.in(file, "header: not valid JSON: " + Fault.printable(String.valueOf(e.getOriginalMessage())), e);
    }
  }

  private void readAll() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, "header");
    Set<String> names = new HashSet<>();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      if (!names.add(name)) {
        throw Fault.inTensor(file, name, "is there twice");
      }
      if (name.equals(METADATA)) {
        readMetadata();
      } else {
        entries.add(readEntry(name));
      }
    }
    if (json.nextToken() != null) {
      throw Fault.in(file, "header: goes on after its closing brace");
    }
  }

  private void readMetadata() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, METADATA);
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = json.currentName();
      expect(json.nextToken(), JsonToken.VALUE_STRING, METADATA + " " + Fault.quote(key));
      if (metadata.put(key, json.getString()) != null) {
        throw Fault.in(file, METADATA + " " + Fault.quote(key) + " is there twice");
      }
    }
  }

  private Entry readEntry(String name) throws IOException {
    String where = "tensor " + Fault.quote(name) + ": ";
    expect(json.nextToken(), JsonToken.START_OBJECT, "tensor " + Fault.quote(name));
    DataType type = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "dtype" -> type = once(type, readType(where), where + field);
        case "shape" -> shape = once(shape, readNumbers(where + field), where + field);
        case "data_offsets" -> offsets = once(offsets, readNumbers(where + field), where + field);
        default -> throw Fault.in(file, where + "field " + Fault.quote(field) + ": expected dtype, shape and data_offsets only");
      }
    }
    if (type == null || shape == null || offsets == null) {
      throw Fault.in(file, where + (type == null ? "dtype" : shape == null ? "shape" : "data_offsets") + " is missing");
    }
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw Fault.in(file, where + "data_offsets " + Arrays.toString(offsets) + ": expected [begin, end]");
    }
    return entry(name, type, shape, offsets);
  }

  private Entry entry(String name, DataType type, long[] shape, long[] offsets) throws IOException {
    TensorInfo info;
    try {
      info = new TensorInfo(name, type, shape);
    } catch (IllegalArgumentException e) {
      throw Fault.inTensor(file, name, "shape: " + e.getMessage());
    }
    if (offsets[1] - offsets[0] != info.byteSize()) {
      String span = "data_offsets " + Arrays.toString(offsets) + " span " + Fault.grouped(offsets[1] - offsets[0]) + " bytes";
      String wanted = Fault.grouped(info.byteSize()) + " for " + type + " of shape " + Fault.printable(Arrays.toString(shape));
      throw Fault.inTensor(file, name, span + ": expected " + wanted);
    }
    return new Entry(info, offsets[0], offsets[1]);
  }

  private DataType readType(String where) throws IOException {
    expect(json.currentToken(), JsonToken.VALUE_STRING, where + "dtype");
    String name = json.getString();
    return DataType.bySafetensorsName(name).orElseThrow(() -> Fault.in(file, where + "dtype " + Fault.quote(name) + ": expected one of " + typeNames()));
  }

  private static String typeNames() {
    return String.join(" ", Arrays.stream(DataType.values()).map(DataType::safetensorsName).filter(name -> !name.isEmpty()).toList());
  }

  private long[] readNumbers(String where) throws IOException {
    expect(json.currentToken(), JsonToken.START_ARRAY, where);
    long[] numbers = new long[4];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, where);
      boolean fits = json.getNumberType() == JsonParser.NumberType.INT || json.getNumberType() == JsonParser.NumberType.LONG;
      if (!fits || json.getLongValue() < 0) {
        throw Fault.in(file, where + ": " + Fault.printable(json.getString()) + ", expected 0 to " + Long.MAX_VALUE);
      }
      numbers = count == numbers.length ? Arrays.copyOf(numbers, 2 * count) : numbers;
      numbers[count++] = json.getLongValue();
    }
    return Arrays.copyOf(numbers, count);
  }

  private <T> T once(@Nullable T before, T now, String where) throws IOException {
    if (before != null) {
      throw Fault.in(file, where + " is there twice");
    }
    return now;
  }

  private void expect(@Nullable JsonToken found, JsonToken wanted, String where) throws IOException {
    if (found != wanted) {
      throw Fault.in(file, where + ": found " + describe(found) + ", expected " + describe(wanted));
    }
  }

  private static String describe(@Nullable JsonToken token) {
    return switch (token) {
      case null -> "nothing";
      case START_OBJECT -> "a JSON object";
      case START_ARRAY -> "a JSON array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a fraction";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> token.toString();
    };
  }

  /** The header of {@code tensors}, whose bytes begin at {@code offsets} and end at the next; padded with spaces to a multiple of 8. */
  static byte[] write(Map<String, String> metadata, List<TensorInfo> tensors, long[] offsets) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectPropertyStart(METADATA);
        metadata.forEach(json::writeStringProperty);
        json.writeEndObject();
      }
      for (int i = 0; i < tensors.size(); i++) {
        writeEntry(json, tensors.get(i), offsets[i], offsets[i + 1]);
      }
      json.writeEndObject();
    }
    while (out.size() % 8 != 0) {
      out.write(' ');
    }
    if (out.size() > Safetensors.LONGEST_HEADER) {
      throw new IllegalArgumentException("the header has " + out.size() + " bytes: expected at most " + Safetensors.LONGEST_HEADER);
    }
    return out.toByteArray();
  }

  private static void writeEntry(JsonGenerator json, TensorInfo tensor, long begin, long end) {
    if (tensor.name().equals(METADATA)) {
      throw new IllegalArgumentException("a tensor is called " + METADATA + ": expected any other name");
    }
    json.writeObjectPropertyStart(tensor.name());
    json.writeStringProperty("dtype", tensor.type().safetensorsName());
    json.writeArrayPropertyStart("shape");
    for (long extent : tensor.shape()) {
      json.writeNumber(extent);
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("data_offsets");
    json.writeNumber(begin);
    json.writeNumber(end);
    json.writeEndArray();
    json.writeEndObject();
  }
}
