package io.github.fp4j.bridge.cuda;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arguments of a launch by the names that {@code kernel_list.h} gives its parameters. Which of them a kernel has, in which order and of which type is the list's
 * business ({@link DeviceKernels#launch}): two strides cannot be given in each other's place.
 */
final class KernelArguments {
  /** In place of a pointer that may be null. */
  static final Object NULL = new Object();

  private final Map<String, Object> values = new LinkedHashMap<>();

  KernelArguments pointer(String name, DeviceRange range) {
    return put(name, range);
  }

  KernelArguments nullPointer(String name) {
    return put(name, NULL);
  }

  KernelArguments number(String name, long value) {
    return put(name, value);
  }

  KernelArguments integer(String name, int value) {
    return put(name, value);
  }

  KernelArguments real(String name, float value) {
    return put(name, value);
  }

  KernelArguments flag(String name, boolean value) {
    return put(name, value ? 1 : 0);
  }

  /** A struct passed by value: it is copied by the launch. */
  KernelArguments struct(String name, MemorySegment value) {
    return put(name, value);
  }

  /** {@code values}, {@code rows}, {@code columns} and {@code stride}. */
  KernelArguments matrix(DeviceFloats from) {
    return pointer("values", from.values()).number("rows", from.rows()).number("columns", from.columns()).number("stride", from.stride());
  }

  /** Codes and scales with their strides, under names that begin with {@code prefix}. */
  KernelArguments blocks(String prefix, DeviceBlocks blocks) {
    return pointer(prefix + "codes", blocks.codes())
        .number(prefix + "codes_stride", blocks.codesStride())
        .pointer(prefix + "scales", blocks.scales())
        .number(prefix + "scales_stride", blocks.scalesStride());
  }

  private KernelArguments put(String name, Object value) {
    if (values.put(name, value) != null) {
      throw new IllegalArgumentException("argument " + name + " is given twice");
    }
    return this;
  }

  /** By name, in the order in which they were given. */
  Map<String, Object> values() {
    return values;
  }
}
