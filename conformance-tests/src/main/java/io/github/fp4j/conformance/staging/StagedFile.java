package io.github.fp4j.conformance.staging;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file in the making: written under a temporary name beside its target, and moved onto it by {@link #commit} only.
 *
 * <p>{@link #close} deletes what was not committed, and so does a shutdown hook when the JVM is told to end (SIGTERM, Ctrl-C, {@code System.exit}).
 * After a {@code kill -9} the temporary file stays, never one with the target's name.
 */
public final class StagedFile implements Closeable {
  // A heap buffer is copied by the channel into a direct one of the same size: pieces keep that small.
  private static final int PIECE = 1 << 22;

  private static final Set<Path> PENDING = new HashSet<>();
  private static boolean shuttingDown;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(StagedFile::deletePending, "delete unfinished files"));
  }

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private boolean committed;

  private StagedFile(Path target, Path temporary) throws IOException {
    this.target = target;
    this.temporary = temporary;
    this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** @throws IOException if the target is a folder, or its folder does not exist or cannot be written to */
  public static StagedFile of(Path target) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null || Files.isDirectory(absolute)) {
      throw new IOException(target + ": is a folder: expected the name of a file to write");
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException(target + ": the folder " + folder + " does not exist");
    }
    String name = "." + absolute.getFileName() + "." + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".part";
    Path temporary = folder.resolve(name);
    synchronized (PENDING) {
      if (shuttingDown) {
        throw new IOException(target + ": not begun: the JVM is shutting down");
      }
      StagedFile staged = new StagedFile(absolute, temporary);
      PENDING.add(temporary);
      return staged;
    }
  }

  /**
   * Writes all of {@code bytes} (native, mapped or over a {@code byte[]}) at {@code position}; what lies between pieces reads as zero. Pages of a mapped file are
   * taken out of this process again, so that a copy of any size needs little memory.
   */
  public void write(long position, MemorySegment bytes) throws IOException {
    for (long at = 0; at < bytes.byteSize(); ) {
      MemorySegment from = bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at));
      ByteBuffer piece = from.asByteBuffer();
      while (piece.hasRemaining()) {
        at += channel.write(piece, position + at);
      }
      if (from.isMapped()) {
        from.unload();
      }
    }
  }

  /** A stream to the start of the file, buffered; to be closed before {@link #commit}. */
  public OutputStream stream() {
    return new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
  }

  /** Makes the file {@code size} bytes long, with zeros, if it is shorter. */
  public void extendTo(long size) throws IOException {
    if (channel.size() < size) {
      channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
    }
  }

  /** Gives the file its name; replaces one that has it. */
  public void commit() throws IOException {
    channel.close();
    Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    committed = true;
    forget(temporary);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!committed) {
      Files.deleteIfExists(temporary);
      forget(temporary);
    }
  }

  private static void forget(Path temporary) {
    synchronized (PENDING) {
      PENDING.remove(temporary);
    }
  }

  private static void deletePending() {
    synchronized (PENDING) {
      shuttingDown = true;
      for (Path temporary : PENDING) {
        try {
          Files.deleteIfExists(temporary);
        } catch (IOException e) {
          System.err.println("could not delete the unfinished " + temporary + ": " + e.getMessage());
        }
      }
    }
  }
}
