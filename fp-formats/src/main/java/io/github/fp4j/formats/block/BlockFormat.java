package io.github.fp4j.formats.block;

import io.github.fp4j.formats.FloatFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A block-scaled format as data: {@code blockSize} consecutive elements share one scale, and a whole tensor may share one float32 on top.
 *
 * @param name the field's name, lower case, e.g. {@code nvfp4}
 * @param element format of the elements, at most eight bits
 * @param scale format of the block scales, at most eight bits; a scale takes one byte, whose bits above the format's width are ignored
 * @param blockSize elements per scale, an even number
 * @param hasTensorScale whether the format has a float32 scale per tensor
 */
public record BlockFormat(String name, FloatFormat element, FloatFormat scale, int blockSize, boolean hasTensorScale) {

  /** NVIDIA NVFP4: 16 x E2M1, E4M3 scale (never negative, hence unsigned here), float32 tensor scale. */
  public static final BlockFormat NVFP4 = new BlockFormat("nvfp4", FloatFormat.E2M1, FloatFormat.UE4M3, 16, true);

  /** OCP MX v1.0 MXFP4: 32 x E2M1, E8M0 scale. */
  public static final BlockFormat MXFP4 = new BlockFormat("mxfp4", FloatFormat.E2M1, FloatFormat.UE8M0, 32, false);

  /** OCP MX v1.0 MXFP6 with E2M3 elements. */
  public static final BlockFormat MXFP6_E2M3 = new BlockFormat("mxfp6-e2m3", FloatFormat.E2M3, FloatFormat.UE8M0, 32, false);

  /** OCP MX v1.0 MXFP6 with E3M2 elements. */
  public static final BlockFormat MXFP6_E3M2 = new BlockFormat("mxfp6-e3m2", FloatFormat.E3M2, FloatFormat.UE8M0, 32, false);

  /** OCP MX v1.0 MXFP8 with E4M3 elements. */
  public static final BlockFormat MXFP8_E4M3 = new BlockFormat("mxfp8-e4m3", FloatFormat.E4M3, FloatFormat.UE8M0, 32, false);

  /** OCP MX v1.0 MXFP8 with E5M2 elements. */
  public static final BlockFormat MXFP8_E5M2 = new BlockFormat("mxfp8-e5m2", FloatFormat.E5M2, FloatFormat.UE8M0, 32, false);

  private static final List<BlockFormat> NAMED = List.of(NVFP4, MXFP4, MXFP6_E2M3, MXFP6_E3M2, MXFP8_E4M3, MXFP8_E5M2);

  public BlockFormat {
    if (element.width() > 8) {
      throw new IllegalArgumentException("element = " + element + " has " + element.width() + " bits: expected at most 8");
    }
    if (scale.width() > 8) {
      throw new IllegalArgumentException("scale = " + scale + " has " + scale.width() + " bits: expected at most 8");
    }
    if (blockSize < 2 || blockSize % 2 != 0) {
      throw new IllegalArgumentException("blockSize = " + blockSize + ": expected an even number from 2 up");
    }
  }

  /** The formats that have a constant here. */
  public static List<BlockFormat> named() {
    return NAMED;
  }

  /** The constant with this name; case is ignored. */
  public static Optional<BlockFormat> byName(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return NAMED.stream().filter(format -> format.name.equals(wanted)).findFirst();
  }

  /** The same with another block size. */
  public BlockFormat withBlockSize(int size) {
    return new BlockFormat(name + "-b" + size, element, scale, size, hasTensorScale);
  }

  /** How many elements share a byte: two of at most four bits, else one, in the byte's low bits. */
  public int codesPerByte() {
    return element.width() <= 4 ? 2 : 1;
  }

  /** Blocks in a row of {@code columns} elements, a ragged last one included. */
  public int blocksPerRow(int columns) {
    return Math.ceilDiv(columns, blockSize);
  }

  /** Bytes of codes in a row of {@code columns} elements, a ragged last block filled up. */
  public int codeBytesPerRow(int columns) {
    return Math.multiplyExact(blocksPerRow(columns), blockSize / codesPerByte());
  }

  /** Exponent of the element format's largest power of two: the {@code emax} of OCP MX. */
  public int elementMaxExponent() {
    return Math.getExponent(element.maxFinite());
  }

  @Override
  public String toString() {
    return name;
  }
}
