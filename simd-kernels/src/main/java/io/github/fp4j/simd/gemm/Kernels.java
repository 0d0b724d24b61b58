package io.github.fp4j.simd.gemm;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.simd.PerWidth;

/** The vector bodies of one width, and each thread's scratch. */
final class Kernels {
  final RowProduct rowProduct;
  final TileProduct tile;
  final BlockFactors blockFactors;
  final PanelSource panels;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  Kernels(int bits, ConversionKernels conversions) {
    rowProduct = PerWidth.instance(RowProduct.class, RowProductBody.class, bits);
    tile = PerWidth.instance(TileProduct.class, bits == 512 ? WideTileBody.class : NarrowTileBody.class, bits);
    blockFactors = new BlockFactors(conversions);
    panels = new PanelSource(blockFactors, PerWidth.instance(PanelDecoder.class, PanelDecoderBody.class, bits));
  }

  Scratch scratch() {
    return scratch.get();
  }
}
