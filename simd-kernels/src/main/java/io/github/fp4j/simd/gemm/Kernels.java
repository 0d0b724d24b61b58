package io.github.fp4j.simd.gemm;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.simd.PerWidth;

/** The vector bodies of one width, and each thread's scratch. */
final class Kernels {
  final TileProduct tile;
  final DoubleTile doubleTile;
  final BlockFactors blockFactors;
  final PanelSource panels;
  private final RowProduct e2m1Rows;
  private final RowProduct e4m3Rows;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  Kernels(int bits, ConversionKernels conversions) {
    e2m1Rows = PerWidth.instance(RowProduct.class, bits == 512 ? E2m1WideRowProductBody.class : E2m1NarrowRowProductBody.class, bits);
    e4m3Rows = PerWidth.instance(RowProduct.class, E4m3RowProductBody.class, bits);
    tile = PerWidth.instance(TileProduct.class, bits == 512 ? WideTileBody.class : NarrowTileBody.class, bits);
    doubleTile = PerWidth.instance(DoubleTile.class, DoubleTileBody.class, bits);
    blockFactors = new BlockFactors(conversions);
    PanelDecoder e2m1Panels = PerWidth.instance(PanelDecoder.class, E2m1PanelDecoderBody.class, bits);
    PanelDecoder e4m3Panels = PerWidth.instance(PanelDecoder.class, E4m3PanelDecoderBody.class, bits);
    panels = new PanelSource(blockFactors, e2m1Panels, e4m3Panels);
  }

  /** For weights that {@link BlockFactors} supports. */
  RowProduct rowProduct(OperandFormat format) {
    return format.storedBits() == 4 ? e2m1Rows : e4m3Rows;
  }

  Scratch scratch() {
    return scratch.get();
  }
}
