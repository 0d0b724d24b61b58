package io.github.fp4j.simd.optim;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer's state as a safetensors file: a tensor to each array of moments, scales, averages and counters, and in the metadata the step, a checksum of it and
 * the data, the layout of the codes, and every group's algorithm, mode and settings. Parameters are not in it.
 *
 * <p>Saving writes a temporary file beside the target and moves it into place, so that the old file stays until the new one is whole. Restoring checks the
 * whole file before it changes anything.
 */
public final class OptimizerFile {
  private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final String FORMAT = "fp4j-optimizer-1";
  private static final String LAYOUT = "even index in the low nibble, ties to the lower code";
  private static final int PIECE = 1 << 16;

  private OptimizerFile() {}

  /** Writes the state of {@code optimizer} to {@code file}. */
  public static void save(Optimizer optimizer, Path file) throws IOException {
    List<StateArray> arrays = StateArray.of(optimizer);
    String name = "." + file.getFileName() + "." + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".part";
    Path temporary = file.toAbsolutePath().resolveSibling(name); // not createTempFile, which lets only the owner read it
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        byte[] header = header(optimizer, arrays).getBytes(StandardCharsets.UTF_8);
        ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).flip();
        writeFully(channel, start);
        for (StateArray array : arrays) {
          forEachPiece(array, piece -> writeFully(channel, piece));
        }
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Restores what {@link #save} wrote, as the optimizer's modes say: with a group in {@link Mode#REFERENCE} the step counter starts again at 0, and the
   * schedules with it, as in the authors' code; otherwise the next step is the one that would have followed, bit for bit.
   *
   * @throws IOException if the file is torn, of another format, or of an optimizer with other parameters or settings; nothing has changed then
   */
  public static void restore(Optimizer optimizer, Path file) throws IOException {
    boolean forgets = optimizer.groups().stream().anyMatch(group -> group.config().mode() == Mode.REFERENCE);
    long step = load(optimizer, file);
    optimizer.restored(forgets ? 0 : step);
  }

  /** Restores what {@link #save} wrote such that the next step is the one that would have followed, bit for bit, in every mode; errors as for {@link #restore}. */
  public static void resume(Optimizer optimizer, Path file) throws IOException {
    optimizer.restored(load(optimizer, file));
  }

  private static String header(Optimizer optimizer, List<StateArray> arrays) throws IOException {
    StringBuilder json = new StringBuilder("{\"__metadata__\":{");
    json.append("\"format\":").append(StateHeader.quote(FORMAT));
    json.append(",\"layout\":").append(StateHeader.quote(LAYOUT));
    json.append(",\"step\":\"").append(optimizer.steps()).append('"');
    json.append(",\"crc32\":\"").append(checksum(optimizer.steps(), arrays)).append('"');
    for (int g = 0; g < optimizer.groups().size(); g++) {
      json.append(",\"group").append(g).append("\":").append(StateHeader.quote(describe(optimizer.groups().get(g).config())));
    }
    json.append('}');
    long offset = 0;
    for (StateArray array : arrays) {
      json.append(',').append(StateHeader.quote(array.name()));
      json.append(":{\"dtype\":\"").append(array.type()).append("\",\"shape\":[").append(array.length());
      json.append("],\"data_offsets\":[").append(offset).append(',').append(offset += array.bytes()).append("]}");
    }
    json.append('}');
    int bytes = json.toString().getBytes(StandardCharsets.UTF_8).length;
    return json.append(" ".repeat(7 - (bytes + 7) % 8)).toString(); // data starts at a multiple of 8
  }

  private static String describe(OptimizerConfig config) {
    StringBuilder text = new StringBuilder("algorithm=" + config.algorithm().label() + " mode=" + SettingReader.name(config.mode()));
    OptimizerSettings.list(config).forEach((key, value) -> text.append(' ').append(key).append('=').append(value));
    return text.toString();
  }

  private static long checksum(long step, List<StateArray> arrays) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(Long.toString(step).getBytes(StandardCharsets.US_ASCII));
    for (StateArray array : arrays) {
      forEachPiece(array, crc::update);
    }
    return crc.getValue();
  }

  private interface PieceConsumer {
    void accept(ByteBuffer piece) throws IOException;
  }

  private static void forEachPiece(StateArray array, PieceConsumer consumer) throws IOException {
    byte[] buffer = new byte[PIECE];
    int step = PIECE / array.elementBytes();
    for (int from = 0; from < array.length(); from += step) {
      int count = Math.min(step, array.length() - from);
      array.write(from, count, MemorySegment.ofArray(buffer));
      consumer.accept(ByteBuffer.wrap(buffer, 0, count * array.elementBytes()));
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Checks the file, fills the arrays, and returns the step. */
  private static long load(Optimizer optimizer, Path file) throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long headerLength = bytes.byteSize() < 8 ? -1 : bytes.get(LENGTH, 0);
      if (headerLength < 2 || headerLength > Math.min(bytes.byteSize() - 8, 100_000_000)) {
        throw new IOException(file + ": not a safetensors file: header length " + headerLength + " of " + bytes.byteSize() + " bytes");
      }
      String text = new String(bytes.asSlice(8, headerLength).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
      Map<String, Object> header;
      try {
        header = StateHeader.parse(text);
      } catch (IOException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
      List<StateArray> arrays = StateArray.of(optimizer);
      Map<?, ?> metadata = checkMetadata(file, header, optimizer);
      MemorySegment data = bytes.asSlice(8 + headerLength);
      long[] offsets = checkTensors(file, header, arrays, data.byteSize());
      long step = step(file, metadata);
      CRC32 crc = new CRC32();
      crc.update(Long.toString(step).getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < arrays.size(); i++) {
        crc.update(data.asSlice(offsets[i], arrays.get(i).bytes()).asByteBuffer());
      }
      if (!Long.toString(crc.getValue()).equals(metadata.get("crc32"))) {
        throw new IOException(file + ": crc32 of step and data is " + crc.getValue() + ": expected " + metadata.get("crc32") + " (the file is damaged)");
      }
      for (int i = 0; i < arrays.size(); i++) {
        arrays.get(i).read(data, offsets[i]);
      }
      return step;
    }
  }

  private static Map<?, ?> checkMetadata(Path file, Map<String, Object> header, Optimizer optimizer) throws IOException {
    if (!(header.get("__metadata__") instanceof Map<?, ?> metadata) || !FORMAT.equals(metadata.get("format"))) {
      throw new IOException(file + ": __metadata__ has no \"format\": \"" + FORMAT + "\": expected a state that was saved here");
    }
    require(file, "layout", metadata.get("layout"), LAYOUT);
    for (int g = 0; g < optimizer.groups().size(); g++) {
      require(file, "group" + g, metadata.get("group" + g), describe(optimizer.groups().get(g).config()));
    }
    require(file, "group" + optimizer.groups().size(), String.valueOf(metadata.get("group" + optimizer.groups().size())), "null");
    return metadata;
  }

  private static void require(Path file, String key, @Nullable Object actual, String expected) throws IOException {
    if (expected.equals(actual)) {
      return;
    }
    String[] wanted = expected.split(" ");
    String[] found = String.valueOf(actual).split(" ");
    for (int i = 0; wanted.length == found.length && i < wanted.length; i++) {
      if (!wanted[i].equals(found[i])) {
        throw new IOException(file + ": " + key + " was saved with " + found[i] + ": expected " + wanted[i]);
      }
    }
    throw new IOException(file + ": " + key + " is \"" + actual + "\": expected \"" + expected + "\"");
  }

  private static long[] checkTensors(Path file, Map<String, Object> header, List<StateArray> arrays, long dataBytes) throws IOException {
    long[] offsets = new long[arrays.size()];
    long total = 0;
    for (int i = 0; i < offsets.length; i++) {
      StateArray array = arrays.get(i);
      if (!(header.get(array.name()) instanceof Map<?, ?> tensor)) {
        throw new IOException(file + ": tensor \"" + array.name() + "\" is missing");
      }
      if (!array.type().equals(tensor.get("dtype")) || !List.of((long) array.length()).equals(tensor.get("shape"))) {
        throw new IOException(
            file + ": tensor \"" + array.name() + "\" is " + tensor.get("dtype") + tensor.get("shape") + ": expected " + array.type() + "[" + array.length() + "]");
      }
      if (!(tensor.get("data_offsets") instanceof List<?> range
          && range.size() == 2
          && range.get(0) instanceof Long from
          && range.get(1) instanceof Long to
          && from >= 0
          && to <= dataBytes
          && to - from == array.bytes())) {
        throw new IOException(
            file + ": tensor \"" + array.name() + "\": data_offsets " + tensor.get("data_offsets") + " do not fit " + array.bytes() + " of " + dataBytes + " bytes");
      }
      offsets[i] = from;
      total += array.bytes();
    }
    if (header.size() != arrays.size() + 1 || total != dataBytes) {
      throw new IOException(
          file + ": " + (header.size() - 1) + " tensors and " + dataBytes + " bytes of data: expected " + arrays.size() + " tensors and " + total + " bytes");
    }
    return offsets;
  }

  private static long step(Path file, Map<?, ?> metadata) throws IOException {
    String step = String.valueOf(metadata.get("step"));
    if (!step.matches("\\d{1,18}")) {
      throw new IOException(file + ": step is \"" + step + "\": expected the number of steps done");
    }
    return Long.parseLong(step);
  }
}
