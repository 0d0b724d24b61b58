package io.github.fp4j.bridge.internal;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The life of one native object. Closing its owner makes it unusable at once; it is destroyed when nothing needs it any more, which is when its own owner and
 * every child are closed and no call that uses it is under way. That happens on the thread that closes or returns last, never on a thread of the garbage
 * collector: an owner that is forgotten is reported with the place that made it, and its native object stays.
 */
public final class Lifetime {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int FRAMES_SHOWN = 8;

  private final String what;
  private final List<Lifetime> parents;
  private final Runnable destroy;
  private final String site;
  private boolean closed; // guarded by this, as is users
  private int users = 1; // the owner, the children, the calls under way

  /**
   * Begins a life.
   *
   * @param owner the Java object; {@code destroy} must not refer to it
   * @param what its name in messages, e.g. {@code DeviceBuffer of 4096 bytes}
   * @param destroy destroys the native object
   * @param parents what it depends on; they live at least as long
   * @throws IllegalStateException if a parent is closed
   */
  public Lifetime(Object owner, String what, Runnable destroy, Lifetime... parents) {
    this.what = what;
    this.destroy = destroy;
    this.parents = List.of(parents);
    this.site =
        StackWalker.getInstance()
            .walk(frames -> frames.skip(1).limit(FRAMES_SHOWN).map(frame -> "\n    at " + frame).collect(Collectors.joining()));
    int entered = 0;
    try {
      for (Lifetime parent : parents) {
        parent.enter();
        entered++;
      }
    } catch (IllegalStateException e) {
      this.parents.subList(0, entered).forEach(Lifetime::exit);
      throw e;
    }
    CLEANER.register(owner, this::forgotten);
  }

  /** @throws IllegalStateException if it is closed */
  public synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException(what + " is closed: expected an open one");
    }
  }

  /** Keeps it from being destroyed until {@link #exit}, e.g. for the length of a call. */
  public synchronized void enter() {
    requireOpen();
    users++;
  }

  /** Ends what {@link #enter} began. */
  public void exit() {
    boolean last;
    synchronized (this) {
      last = --users == 0;
    }
    if (last) {
      try {
        destroy.run();
      } finally {
        parents.forEach(Lifetime::exit);
      }
    }
  }

  /** The owner needs it no more; a second close does nothing. */
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    exit();
  }

  /** Whether {@link #close} was called. */
  public synchronized boolean isClosed() {
    return closed;
  }

  private void forgotten() {
    if (!isClosed()) {
      Leaks.report(new Leak(what, site));
    }
  }

  /**
   * An owner that the garbage collector found unclosed.
   *
   * @param what the native object, which stays
   * @param site where it was made: stack frames, a line each
   */
  public record Leak(String what, String site) {
    public Leak {
      Objects.requireNonNull(what);
    }

    @Override
    public String toString() {
      return what + " was never closed; it was made" + site;
    }
  }
}
