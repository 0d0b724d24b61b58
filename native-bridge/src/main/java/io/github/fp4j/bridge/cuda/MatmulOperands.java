package io.github.fp4j.bridge.cuda;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the matrices of a {@link MatmulRequest} lie. Scales are in {@link io.github.fp4j.formats.block.ScaleLayout#SWIZZLED_128X4}, padded with zeros, those of a batch one after the other.
 *
 * @param a codes of A
 * @param aScales block scales of A
 * @param b codes of B
 * @param bScales block scales of B
 * @param c C; null if nothing is added
 * @param d D
 * @param dScale where D is NVFP4: one float32 that every element is multiplied by before it is quantised
 * @param dScales where D is NVFP4: its block scales, which are written
 * @param bias the bias; null for none
 * @param workspace scratch memory; null lets the plan allocate what its algorithm wants
 */
public record MatmulOperands(
    DeviceRange a,
    @Nullable DeviceRange aScales,
    DeviceRange b,
    @Nullable DeviceRange bScales,
    @Nullable DeviceRange c,
    DeviceRange d,
    @Nullable DeviceRange dScale,
    @Nullable DeviceRange dScales,
    @Nullable DeviceRange bias,
    @Nullable DeviceRange workspace) {

  /** A, B and D without anything more. */
  public static MatmulOperands of(DeviceBuffer a, DeviceBuffer aScales, DeviceBuffer b, DeviceBuffer bScales, DeviceBuffer d) {
    return new MatmulOperands(
        DeviceRange.of(a), DeviceRange.of(aScales), DeviceRange.of(b), DeviceRange.of(bScales), null, DeviceRange.of(d), null, null, null, null);
  }

  /** The same with C. */
  public MatmulOperands withC(DeviceBuffer buffer) {
    return new MatmulOperands(a, aScales, b, bScales, DeviceRange.of(buffer), d, dScale, dScales, bias, workspace);
  }

  /** The same with the scales of an NVFP4 D. */
  public MatmulOperands withDScales(DeviceBuffer scale, DeviceBuffer scales) {
    return new MatmulOperands(a, aScales, b, bScales, c, d, DeviceRange.of(scale), DeviceRange.of(scales), bias, workspace);
  }

  /** The same with a bias. */
  public MatmulOperands withBias(DeviceBuffer buffer) {
    return new MatmulOperands(a, aScales, b, bScales, c, d, dScale, dScales, DeviceRange.of(buffer), workspace);
  }

  /** Those that are there. */
  Stream<DeviceRange> ranges() {
    return Stream.of(a, aScales, b, bScales, c, d, dScale, dScales, bias, workspace).filter(Objects::nonNull);
  }
}
