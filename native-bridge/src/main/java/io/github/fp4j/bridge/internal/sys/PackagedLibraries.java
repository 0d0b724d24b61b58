package io.github.fp4j.bridge.internal.sys;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The libraries inside this module's jar, copied to a folder of the user where the loader can open them.
 *
 * <p>The folder is {@code -Dfp4j.cache}, {@code FP4J_CACHE}, or the system's own place for caches; each copy lies in a folder named by its content, so that
 * versions do not disturb each other and a copy is made once.
 */
public final class PackagedLibraries {
  private PackagedLibraries() {}

  /** This machine as the resource folders name it, e.g. {@code linux-x86_64}. */
  public static String platform() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "");
    String shortSystem = system.startsWith("mac") ? "macos" : system.startsWith("windows") ? "windows" : system;
    return shortSystem + "-" + (machine.equals("amd64") ? "x86_64" : machine);
  }

  /**
   * The copy of a packaged library, made now if it is not there yet; empty if the jar has none for this platform.
   *
   * @param fileName e.g. {@code libfp4j_host.so}
   */
  static Optional<Path> extract(String fileName) throws IOException {
    byte @Nullable [] content = read("/io/github/fp4j/bridge/native/" + platform() + "/" + fileName);
    if (content == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(copy(cache(), fileName, content));
    } catch (IOException e) {
      Path temporary = Files.createTempDirectory("fp4j-"); // a home that cannot be written
      Path copy = copy(temporary, fileName, content);
      List.of(temporary, copy.getParent(), copy).forEach(path -> path.toFile().deleteOnExit()); // deleted in reverse order
      return Optional.of(copy);
    }
  }

  private static byte @Nullable [] read(String resource) throws IOException {
    try (InputStream in = PackagedLibraries.class.getResourceAsStream(resource)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  /** Writes {@code content} below {@code root} unless it is there already, whole or not at all. */
  static Path copy(Path root, String fileName, byte[] content) throws IOException {
    Path folder = root.resolve(name(content));
    Path file = folder.resolve(fileName);
    if (Files.isRegularFile(file) && Files.size(file) == content.length && Arrays.equals(Files.readAllBytes(file), content)) {
      return file;
    }
    Files.createDirectories(folder);
    Path part = Files.createTempFile(folder, fileName, ".part");
    try {
      Files.write(part, content);
      return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Tells versions apart; that a copy is right is seen by comparing it. A checksum that the JVM has ready: a digest takes a cold one a tenth of a second. */
  private static String name(byte[] content) {
    CRC32C checksum = new CRC32C();
    checksum.update(content);
    return "%08x-%x".formatted(checksum.getValue(), content.length);
  }

  /** The folder of the user where copies go: see the class. */
  public static Path cache() {
    String chosen = System.getProperty("fp4j.cache", System.getenv("FP4J_CACHE"));
    if (chosen != null) {
      return Path.of(chosen);
    }
    String home = System.getProperty("user.home", "");
    String cache = platform().startsWith("macos") ? home + "/Library/Caches" : System.getenv().getOrDefault("XDG_CACHE_HOME", home + "/.cache");
    return Path.of(System.getenv().getOrDefault("LOCALAPPDATA", cache)).resolve("fp4j");
  }
}
