package io.github.fp4j.simd.optim;

/** Sees the live arrays that make up a state, by name: the one list that saving reads, restoring fills and measuring adds up. */
interface StateVisitor {
  void floats(String name, float[] values);

  void shorts(String name, short[] bfloat16);

  void bytes(String name, byte[] values);

  void doubles(String name, double[] values);

  void longs(String name, long[] values);
}
