package io.github.fp4j.bridge.cuda;

import java.util.List;

/**
 * One row of {@code kernel_list.h}: a kernel that can be launched.
 *
 * @param file the source and image that it is in
 * @param name its name there
 * @param architectures which devices have it: {@code any}, {@code sm_89_up}, {@code fp4}, {@code sm_10x} or {@code sm_12x}
 * @param threads threads of a block
 * @param unit what its work is counted in
 * @param unitsPerBlock how much of it a block does at once
 * @param parameters its parameters in order
 */
record KernelEntry(String file, String name, String architectures, int threads, String unit, int unitsPerBlock, List<Parameter> parameters) {

  /**
   * One parameter.
   *
   * @param type as C++ writes it, without const, e.g. {@code float*}
   * @param name its name
   */
  record Parameter(String type, String name) {
    boolean isPointer() {
      return type.endsWith("*");
    }

    /** Bytes of one element that a pointer points to. */
    int elementBytes() {
      return switch (type) {
        case "unsigned char*" -> 1;
        case "unsigned short*" -> 2;
        case "double*", "long long*" -> 8;
        default -> 4;
      };
    }
  }

  /** Whether a device has it. */
  boolean runsOn(ComputeCapability device) {
    return switch (architectures) {
      case "any" -> true;
      case "sm_89_up" -> device.number() >= 89;
      case "fp4" -> device.number() == 100 || device.number() == 103 || device.number() == 120 || device.number() == 121;
      case "sm_10x" -> device.number() == 100 || device.number() == 103;
      case "sm_12x" -> device.number() == 120 || device.number() == 121;
      default -> throw new IllegalStateException("kernel_list.h: " + name + " is for \"" + architectures + "\"");
    };
  }
}
