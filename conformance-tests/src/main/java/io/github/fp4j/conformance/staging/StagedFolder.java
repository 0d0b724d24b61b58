package io.github.fp4j.conformance.staging;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder of plain files that is filled beside its place and appears there by {@link #commit} only. {@link #close} without it, and an orderly end of the JVM
 * (SIGTERM, Ctrl-C), remove it; a JVM that is killed leaves {@code .NAME.part}.
 */
public final class StagedFolder implements Closeable {
  private static final Set<Path> PENDING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(StagedFolder::removePending, "remove unfinished folders"));
  }

  private final Path target;
  private final Path staged;

  private StagedFolder(Path target, Path staged) {
    this.target = target;
    this.staged = staged;
  }

  public static StagedFolder of(Path target) throws IOException {
    StagedFolder folder = new StagedFolder(target, target.resolveSibling("." + target.getFileName() + ".part"));
    PENDING.add(folder.staged);
    Files.createDirectories(folder.staged);
    return folder;
  }

  /** Where to write. */
  public Path path() {
    return staged;
  }

  public void commit() throws IOException {
    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    remove(staged);
    PENDING.remove(staged);
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  private static void removePending() {
    for (Path folder : PENDING) {
      try {
        remove(folder);
      } catch (IOException e) {
        System.err.println("fp4j: " + folder + " could not be removed: " + e.getMessage());
      }
    }
  }
}
