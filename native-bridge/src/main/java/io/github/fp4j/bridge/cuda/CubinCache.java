package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.sys.PackagedLibraries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Compiled kernels on disk. An entry's name is the SHA-256 of all that its content depends on: NVRTC's version, architecture, options, source and headers. The
 * file begins with the SHA-256 of its content; one that does not match, cut off or damaged, counts as absent and is replaced. Entries are written aside and then
 * moved, so that several processes may share the folder.
 */
public final class CubinCache {
  private static final int DIGEST_BYTES = 32;

  private final Path folder;

  /** A cache in {@code folder}, which is made when the first entry is. */
  public CubinCache(Path folder) {
    this.folder = folder;
  }

  /** The user's own: {@code cubin} in {@code -Dfp4j.cache}, {@code FP4J_CACHE} or the system's place for caches. */
  public static CubinCache ofUser() {
    return new CubinCache(PackagedLibraries.cache().resolve("cubin"));
  }

  /**
   * The cubin of a source, from the cache or else compiled now and kept. A folder that cannot be written costs only the keeping.
   *
   * @throws NvrtcException as {@link Nvrtc#compile} does; nothing is kept then
   */
  public byte[] compile(Nvrtc nvrtc, CudaSource source, String architecture, List<String> options) {
    Path file = folder.resolve(key(nvrtc.version(), source, architecture, options) + ".cubin");
    return read(file)
        .orElseGet(
            () -> {
              byte[] image = nvrtc.compile(source, architecture, options).image();
              keep(file, image);
              return image;
            });
  }

  static String key(CudaVersion version, CudaSource source, String architecture, List<String> options) {
    MessageDigest digest = sha256();
    part(digest, version.toString());
    part(digest, architecture);
    part(digest, String.valueOf(options.size()));
    options.forEach(option -> part(digest, option));
    part(digest, source.name());
    part(digest, source.text());
    source.headers().forEach((name, text) -> {
      part(digest, name);
      part(digest, text);
    });
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Length first, so that no two lists of parts run together to the same bytes. */
  private static void part(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  private static Optional<byte[]> read(Path file) {
    byte[] entry;
    try {
      entry = Files.readAllBytes(file);
    } catch (IOException e) {
      return Optional.empty(); // unreadable is as good as absent: the compiler makes it again
    }
    if (entry.length <= DIGEST_BYTES) {
      return Optional.empty();
    }
    byte[] image = Arrays.copyOfRange(entry, DIGEST_BYTES, entry.length);
    boolean intact = Arrays.equals(sha256().digest(image), 0, DIGEST_BYTES, entry, 0, DIGEST_BYTES);
    return intact ? Optional.of(image) : Optional.empty();
  }

  private void keep(Path file, byte[] image) {
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, "", ".part");
      try {
        Files.write(part, entry(image));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      System.getLogger("io.github.fp4j.bridge").log(System.Logger.Level.INFO, () -> "compiled kernel not kept in " + folder + ": " + e);
    }
  }

  /** What a file holds: the digest, then the image. */
  static byte[] entry(byte[] image) {
    byte[] entry = Arrays.copyOf(sha256().digest(image), DIGEST_BYTES + image.length);
    System.arraycopy(image, 0, entry, DIGEST_BYTES, image.length);
    return entry;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
