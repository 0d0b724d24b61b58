package io.github.fp4j.simd;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import jdk.incubator.vector.VectorShape;

/**
 * Defines a kernel body once for each vector width, from one source: as a hidden class whose static constants, the species, follow from the shape that it
 * was defined with.
 *
 * <p>C2 makes instructions of Vector API calls only where the species is a constant. A body that all widths share, with its species as parameters, loses that as
 * soon as a second width has run in the JVM: converting to E4M3 went from .17 to 66 ns per element and 182 B. A class per width has its own constants, its own
 * profile and its own compiled code, whatever else runs: 0 B at full speed. The Vector API's own methods are still shared: where exactly two widths have run in a
 * JVM, C2 may inline both at a call and leave vectors as objects. One width, as a user has it, or three are safe; {@code -XX:-UseBimorphicInlining} makes two so.
 *
 * <p>A body class is never used under its own name. It takes its shape with {@link #shape}, has a constructor without parameters, and carries no vectors across
 * calls of its own: helpers called a few times per turn exceed C2's inlining budget, and then every vector becomes an object. Four vectors per turn are an inner
 * loop of four turns, which is parsed once and unrolled later; a vector that such a loop changes is of no exact class while it is parsed, and should not be what
 * methods are called on.
 */
public final class PerWidth {
  private PerWidth() {}

  /** What a body's class is defined with. */
  private record Variant(VectorShape shape, Object choice) {}

  /** A new instance of {@code body}, defined for vectors of {@code bits} bits. */
  public static <T> T instance(Class<T> contract, Class<? extends T> body, int bits) {
    return instance(contract, body, bits, "none");
  }

  /**
   * The same for a body that does one of several things: what it tests inside its loops is a constant of the class then, and costs nothing.
   *
   * @param choice which of them; the body takes it with {@link #choice}
   */
  public static <T> T instance(Class<T> contract, Class<? extends T> body, int bits, Object choice) {
    try (InputStream classFile = body.getResourceAsStream(body.getSimpleName() + ".class")) {
      if (classFile == null) {
        throw new IllegalStateException("class file of " + body.getName() + " not found beside it");
      }
      Lookup hidden =
          MethodHandles.privateLookupIn(body, MethodHandles.lookup())
              .defineHiddenClassWithClassData(classFile.readAllBytes(), new Variant(VectorShape.forBitSize(bits), choice), true);
      return contract.cast(hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class)).invoke());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Throwable e) {
      throw new IllegalStateException(body.getName() + " for " + bits + " bits", e);
    }
  }

  /** The shape that the class of {@code lookup} was defined with. For the static initialiser of a body. */
  public static VectorShape shape(Lookup lookup) {
    return variant(lookup).shape();
  }

  /** What the class of {@code lookup} was defined to do. For the static initialiser of a body. */
  public static <C> C choice(Lookup lookup, Class<C> type) {
    return type.cast(variant(lookup).choice());
  }

  private static Variant variant(Lookup lookup) {
    try {
      return MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, Variant.class);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
