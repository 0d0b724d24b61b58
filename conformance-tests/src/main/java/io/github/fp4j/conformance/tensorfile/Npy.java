package io.github.fp4j.conformance.tensorfile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One array in numpy's npy format, versions 1.0 to 3.0 (numpy.lib.format); little-endian and C order only. */
public final class Npy {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private static final int LONGEST_HEADER = 1 << 20;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9L,\\s]*)\\)");

  private Npy() {}

  /**
   * Maps {@code file} into {@code arena}; nothing is read beyond the header until it is used.
   *
   * @throws IOException if it cannot be read or is no npy file of a type that {@link DataType} names; the message says which part is wrong
   */
  public static Tensor map(Path file, Arena arena) throws IOException {
    return parse(file.toString(), TensorFile.map(file, arena)).tensors().firstEntry().getValue();
  }

  static TensorFile parse(String file, MemorySegment bytes) throws IOException {
    if (bytes.byteSize() < 10 || !Arrays.equals(bytes.asSlice(0, 6).toArray(ValueLayout.JAVA_BYTE), MAGIC)) {
      throw Fault.in(file, "not an npy file: expected the magic bytes 93 4E 55 4D 50 59");
    }
    int major = bytes.get(ValueLayout.JAVA_BYTE, 6) & 0xFF;
    int minor = bytes.get(ValueLayout.JAVA_BYTE, 7) & 0xFF;
    int prefix = major == 1 ? 10 : 12;
    if (major < 1 || major > 3 || minor != 0 || bytes.byteSize() < prefix) {
      throw Fault.in(file, "npy version " + major + "." + minor + ": expected 1.0, 2.0 or 3.0");
    }
    long length = 0;
    for (int i = prefix - 1; i >= 8; i--) {
      length = length << 8 | bytes.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
    }
    if (length > bytes.byteSize() - prefix) {
      throw Fault.in(file, "header length " + Fault.grouped(length) + " runs past the end of the file (" + Fault.grouped(bytes.byteSize()) + " bytes)");
    }
    if (length > LONGEST_HEADER) {
      throw Fault.in(file, "header length " + Fault.grouped(length) + ": expected at most " + Fault.grouped(LONGEST_HEADER));
    }
    String header = new String(bytes.asSlice(prefix, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("", read(file, header, bytes.asSlice(prefix + length)));
    return new TensorFile(file, FileFormat.NPY, new LinkedHashMap<>(), tensors);
  }

  private static Tensor read(String file, String header, MemorySegment data) throws IOException {
    DataType type = type(file, field(file, header, DESCR, "descr"));
    if (field(file, header, FORTRAN, "fortran_order").equals("True")) {
      throw Fault.in(file, "fortran_order True: expected C order (numpy.ascontiguousarray)");
    }
    long[] shape = shape(file, field(file, header, SHAPE, "shape"));
    try {
      return new Tensor("", type, shape, data);
    } catch (IllegalArgumentException e) {
      String extents = Fault.printable(Arrays.toString(shape));
      throw Fault.in(file, "shape " + extents + " of " + type + " does not fit the " + Fault.grouped(data.byteSize()) + " bytes of data", e);
    }
  }

  private static DataType type(String file, String descriptor) throws IOException {
    if (descriptor.startsWith(">")) {
      throw Fault.in(file, "descr '" + Fault.printable(descriptor) + "' is big-endian: expected little-endian, '<' for '>' (astype in numpy)");
    }
    return DataType.byNpyDescriptor(descriptor)
        .orElseThrow(() -> Fault.in(file, "descr '" + Fault.printable(descriptor) + "': expected one of " + descriptors()));
  }

  private static String field(String file, String header, Pattern pattern, String name) throws IOException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw Fault.in(file, "the npy header has no usable '" + name + "': " + Fault.printable(header.strip()));
    }
    return matcher.group(1);
  }

  private static long[] shape(String file, String list) throws IOException {
    List<Long> extents = new ArrayList<>();
    String[] parts = list.split(",", -1);
    for (int i = 0; i < parts.length; i++) {
      String digits = parts[i].strip();
      if (digits.isEmpty() && i == parts.length - 1) {
        continue; // (), (3,) and (3, 4,) end in nothing
      }
      try {
        extents.add(Long.parseLong(digits.endsWith("L") ? digits.substring(0, digits.length() - 1) : digits));
      } catch (NumberFormatException e) {
        throw Fault.in(file, "shape extent '" + Fault.printable(digits) + "': expected 0 to " + Long.MAX_VALUE, e);
      }
    }
    return extents.stream().mapToLong(Long::longValue).toArray();
  }

  private static String descriptors() {
    return Arrays.stream(DataType.values()).map(DataType::npyDescriptor).filter(d -> !d.isEmpty()).collect(Collectors.joining(" "));
  }

  /**
   * Writes {@code tensor} (its name is lost) as version 1.0, to a temporary file beside {@code file} that is then moved into place.
   *
   * @throws IllegalArgumentException if numpy has no such type
   */
  public static void write(Path file, Tensor tensor) throws IOException {
    try (TensorWriter writer = create(file, tensor.info())) {
      writer.append(tensor);
      writer.commit();
    }
  }

  /**
   * Begins a file of version 1.0 whose bytes come in pieces.
   *
   * @param tensor its name is what {@link TensorWriter#append} is called with; the file has none
   * @throws IllegalArgumentException if numpy has no such type
   */
  public static TensorWriter create(Path file, TensorInfo tensor) throws IOException {
    if (tensor.type().npyDescriptor().isEmpty()) {
      throw new IllegalArgumentException("type = " + tensor.type() + ": npy has no such type; expected one of " + descriptors());
    }
    byte[] header = header(tensor);
    return new TensorWriter(file, header, List.of(tensor), new long[] {header.length}, header.length + tensor.byteSize());
  }

  private static byte[] header(TensorInfo tensor) {
    String shape = Arrays.stream(tensor.shape()).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", tensor.shape().length == 1 ? ",)" : ")"));
    String text = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(tensor.type().npyDescriptor(), shape);
    int padding = 63 - (10 + text.length()) % 64; // data starts at a multiple of 64, after a newline
    byte[] body = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer header = ByteBuffer.allocate(10 + body.length);
    header.put(MAGIC).put((byte) 1).put((byte) 0).put((byte) body.length).put((byte) (body.length >> 8)).put(body);
    return header.array();
  }
}
