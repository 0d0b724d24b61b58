package io.github.fp4j.simd;

import io.github.fp4j.backend.Availability;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ladder of vector widths: which this JVM and CPU run, and for every other one why not. Touches the Vector API only where it is there, so that it can be
 * asked on a class path without it.
 */
final class VectorWidths {

  /** System property that leaves one width or none: {@code 128}, {@code 256}, {@code 512} or {@code off}. Read once. */
  static final String PROPERTY = "fp4j.simd.bits";

  /** The rungs in bits, widest first. */
  static final List<Integer> RUNGS = List.of(512, 256, 128);

  private static final int NO_VECTOR_API = 0;
  private static final int WIDEST = widest();
  private static final @Nullable String FORCED = System.getProperty(PROPERTY);

  private VectorWidths() {}

  /** Whether vectors of {@code bits} bits, one of {@link #RUNGS}, run here. */
  static Availability of(int bits) {
    return decide(bits, WIDEST, FORCED);
  }

  /** The same for a machine whose widest vectors have {@code widest} bits (0: no Vector API) and for a value of {@link #PROPERTY}. */
  static Availability decide(int bits, int widest, @Nullable String forced) {
    if (widest == NO_VECTOR_API) {
      return Availability.no(
          "module jdk.incubator.vector is not in this JVM: start java with --add-modules jdk.incubator.vector, or put fp4j on the module path");
    }
    if (forced != null && !forced.equals(Integer.toString(bits))) {
      boolean known = forced.equals("off") || RUNGS.stream().anyMatch(rung -> forced.equals(Integer.toString(rung)));
      return Availability.no("-D" + PROPERTY + "=" + forced + (known ? " leaves it out" : ": expected 128, 256, 512 or off"));
    }
    // A species wider than the hardware works, through an object for every vector: up to 800 times slower.
    return bits <= widest ? Availability.YES : Availability.no("the widest vectors of this CPU and JVM have " + widest + " bits");
  }

  private static int widest() {
    try {
      Class.forName("jdk.incubator.vector.FloatVector", false, VectorWidths.class.getClassLoader());
    } catch (ClassNotFoundException absent) {
      return NO_VECTOR_API;
    }
    return PreferredSpecies.bits();
  }
}
