package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.bridge.internal.Lifetime;
import io.github.fp4j.bridge.internal.sys.CublasLtApi;
import io.github.fp4j.bridge.internal.sys.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/**
 * One of cuBLASLt's opaque objects that is nothing but attributes: an operation, a layout, a preference.
 *
 * @param <A> its attributes
 */
final class Descriptor<A extends Enum<A> & Descriptor.Attribute> implements AutoCloseable {

  /** One attribute as cublasLt.h has it. */
  interface Attribute {
    int code();

    /** Bytes of its value. */
    int bytes();

    String headerName();
  }

  private final CublasLt library;
  private final NativeFunction setter;
  private final NativeFunction getter;
  private final MemorySegment address;
  private final Lifetime lifetime;
  private final Map<A, Long> values;

  private Descriptor(
      CublasLt library, Class<A> attributes, MemorySegment address, NativeFunction setter, NativeFunction getter, NativeFunction destroy) {
    this.library = library;
    this.setter = setter;
    this.getter = getter;
    this.address = address;
    this.values = new EnumMap<>(attributes);
    this.lifetime = new Lifetime(this, "cuBLASLt descriptor (" + attributes.getSimpleName() + ")", () -> library.calls.call(destroy, address));
  }

  /** What is computed: float32 sums of products, scaled by float32. */
  static Descriptor<OperationAttribute> operation(CublasLt library) {
    CublasLtApi api = library.api;
    MemorySegment address = library.calls.handle(api.matmulDescCreate, OperationAttribute.COMPUTE_32F, CudaDataType.R_32F.code());
    return new Descriptor<>(library, OperationAttribute.class, address, api.matmulDescSet, api.matmulDescGet, api.matmulDescDestroy);
  }

  /** A column-major matrix. */
  static Descriptor<LayoutAttribute> layout(CublasLt library, CudaDataType type, long rows, long columns, long leadingDimension) {
    CublasLtApi api = library.api;
    MemorySegment address = library.calls.handle(api.layoutCreate, type.code(), rows, columns, leadingDimension);
    return new Descriptor<>(library, LayoutAttribute.class, address, api.layoutSet, api.layoutGet, api.layoutDestroy);
  }

  /** What the heuristics may choose. */
  static Descriptor<PreferenceAttribute> preference(CublasLt library) {
    CublasLtApi api = library.api;
    MemorySegment address = library.calls.handle(api.preferenceCreate);
    return new Descriptor<>(library, PreferenceAttribute.class, address, api.preferenceSet, api.preferenceGet, api.preferenceDestroy);
  }

  MemorySegment address() {
    lifetime.requireOpen();
    return address;
  }

  /** Sets an attribute to the low bytes of {@code value}. */
  Descriptor<A> set(A attribute, long value) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment memory = scratch.allocate(Long.BYTES, Long.BYTES);
      memory.set(JAVA_LONG, 0, value);
      library.calls.call(setter, address(), attribute.code(), memory, (long) attribute.bytes());
    }
    values.put(attribute, value);
    return this;
  }

  /**
   * Asks the library for an attribute.
   *
   * @throws IllegalStateException if it writes another number of bytes than cublasLt.h says
   */
  long get(A attribute) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment memory = scratch.allocate(2L * Long.BYTES, Long.BYTES);
      MemorySegment written = memory.asSlice(Long.BYTES);
      library.calls.call(getter, address(), attribute.code(), memory, (long) attribute.bytes(), written);
      if (written.get(JAVA_LONG, 0) != attribute.bytes()) {
        throw new IllegalStateException(
            attribute.headerName() + " has " + written.get(JAVA_LONG, 0) + " bytes in cuBLASLt " + library.version() + ": expected " + attribute.bytes());
      }
      return switch (attribute.bytes()) {
        case 1 -> memory.get(JAVA_BYTE, 0);
        case 4 -> memory.get(JAVA_INT, 0);
        default -> memory.get(JAVA_LONG, 0);
      };
    }
  }

  /** The attributes that were set. */
  Map<A, Long> values() {
    return Map.copyOf(values);
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
