package io.github.fp4j.conformance.tensorfile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One array in numpy's npy format, versions 1.0 to 3.0 (numpy.lib.format); little-endian and C order only. */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
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
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return parse(file.toString(), bytes);
    }
  }

  private static Tensor parse(String file, MemorySegment bytes) throws IOException {
    if (bytes.byteSize() < 10 || !Arrays.equals(bytes.asSlice(0, 6).toArray(ValueLayout.JAVA_BYTE), MAGIC)) {
      throw new IOException(file + ": not an npy file: expected the magic bytes 93 4E 55 4D 50 59");
    }
    int major = bytes.get(ValueLayout.JAVA_BYTE, 6);
    int prefix = major == 1 ? 10 : 12;
    if (major < 1 || major > 3 || bytes.byteSize() < prefix) {
      throw new IOException(file + ": npy version " + major + ": expected 1, 2 or 3");
    }
    long length = 0;
    for (int i = prefix - 1; i >= 8; i--) {
      length = length << 8 | bytes.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
    }
    if (length > bytes.byteSize() - prefix) {
      throw new IOException(file + ": header length " + length + " runs past the end of the file (" + bytes.byteSize() + " bytes)");
    }
    String header = new String(bytes.asSlice(prefix, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    String descriptor = field(file, header, DESCR, "descr");
    DataType type =
        DataType.byNpyDescriptor(descriptor)
            .orElseThrow(() -> new IOException(file + ": descr '" + descriptor + "': expected one of " + descriptors()));
    if (field(file, header, FORTRAN, "fortran_order").equals("True")) {
      throw new IOException(file + ": fortran_order True: expected C order (numpy.ascontiguousarray)");
    }
    long[] shape = shape(file, field(file, header, SHAPE, "shape"));
    MemorySegment data = bytes.asSlice(prefix + length);
    try {
      return new Tensor("", type, shape, data);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(file + ": shape " + Arrays.toString(shape) + " of " + type + " does not fit the " + data.byteSize() + " bytes of data", e);
    }
  }

  private static String field(String file, String header, Pattern pattern, String name) throws IOException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IOException(file + ": the npy header has no usable '" + name + "': " + header.strip());
    }
    return matcher.group(1);
  }

  private static long[] shape(String file, String list) throws IOException {
    List<Long> extents = new ArrayList<>();
    for (String extent : list.split(",")) {
      String digits = extent.strip().replace("L", "");
      if (!digits.isEmpty()) {
        try {
          extents.add(Long.parseLong(digits));
        } catch (NumberFormatException e) {
          throw new IOException(file + ": shape extent " + digits + ": expected at most " + Long.MAX_VALUE, e);
        }
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
    if (tensor.type().npyDescriptor().isEmpty()) {
      throw new IllegalArgumentException("type = " + tensor.type() + ": npy has no such type; expected one of " + descriptors());
    }
    Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName(), ".part");
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      writeFully(channel, ByteBuffer.wrap(header(tensor)));
      long step = 1 << 26;
      for (long at = 0; at < tensor.data().byteSize(); at += step) {
        writeFully(channel, tensor.data().asSlice(at, Math.min(step, tensor.data().byteSize() - at)).asByteBuffer());
      }
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static byte[] header(Tensor tensor) {
    String shape = Arrays.stream(tensor.shape()).mapToObj(extent -> extent + ",").collect(Collectors.joining(" ", "(", ")"));
    String text = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(tensor.type().npyDescriptor(), shape);
    int padding = 63 - (10 + text.length()) % 64; // data starts at a multiple of 64, after a newline
    byte[] body = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer header = ByteBuffer.allocate(10 + body.length);
    header.put(MAGIC).put((byte) 1).put((byte) 0).put((byte) body.length).put((byte) (body.length >> 8)).put(body);
    return header.array();
  }
}
