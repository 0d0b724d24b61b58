package io.github.fp4j.simd.optim;

/** Adds up the bytes of a state. */
final class StateSize implements StateVisitor {
  private long bytes;

  long bytes() {
    return bytes;
  }

  @Override
  public void floats(String name, float[] values) {
    bytes += 4L * values.length;
  }

  @Override
  public void shorts(String name, short[] bfloat16) {
    bytes += 2L * bfloat16.length;
  }

  @Override
  public void bytes(String name, byte[] values) {
    bytes += values.length;
  }

  @Override
  public void doubles(String name, double[] values) {
    bytes += 8L * values.length;
  }

  @Override
  public void longs(String name, long[] values) {
    bytes += 8L * values.length;
  }
}
