package io.github.fp4j.simd.gemm;

import io.github.fp4j.formats.gemm.ExactAccumulation;

/** The arrays of one thread; those whose size depends on the product grow and stay. */
final class Scratch {

  /** Products of one run through a tile, a multiple of every block: a panel of as many is 192 kB and stays in the second-level cache. */
  static final int K_CHUNK = 1024;

  /** Factors of the blocks of four times sixteen rows, a chunk of K each. */
  final float[] factors = new float[4 * 16 * K_CHUNK / 16];

  final float[] panel = new float[TileProduct.PANEL * K_CHUNK];
  final ExactAccumulation exact = new ExactAccumulation();
  final float[] sums = new float[TileProduct.PANEL * 8];

  private float[] rows = {};
  private int[] codes = {};
  private byte[] scales = {};
  private double[] norms = {};
  private double[] doublePanel = {};
  private double[] exactSums = {};
  private boolean[] uncertain = {};

  /** At least {@code length} floats that keep their values until the next call. */
  float[] rows(int length) {
    if (rows.length < length) {
      rows = new float[length];
    }
    return rows;
  }

  int[] codes(int length) {
    if (codes.length < length) {
      codes = new int[length];
    }
    return codes;
  }

  byte[] scales(int length) {
    if (scales.length < length) {
      scales = new byte[length];
    }
    return scales;
  }

  /** As many doubles as a panel has floats. */
  double[] doublePanel() {
    if (doublePanel.length == 0) {
      doublePanel = new double[panel.length];
    }
    return doublePanel;
  }

  double[] norms(int length) {
    if (norms.length < length) {
      norms = new double[length];
    }
    return norms;
  }

  double[] exactSums(int length) {
    if (exactSums.length < length) {
      exactSums = new double[length];
    }
    return exactSums;
  }

  boolean[] uncertain(int length) {
    if (uncertain.length < length) {
      uncertain = new boolean[length];
    }
    return uncertain;
  }
}
