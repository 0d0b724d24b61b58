package io.github.fp4j.formats;

/**
 * CUDA's float64 path to E5M2 (cuda_fp8.hpp, {@code __nv_cvt_double_to_fp8}): one rounding, and a NaN keeps its sign and the top of its payload, with the
 * quiet bit set.
 */
final class CudaDoubleE5m2 implements Encoder {
  private final Conversion conversion;

  CudaDoubleE5m2(Overflow overflow) {
    this.conversion = Conversion.cuda(FloatFormat.E5M2).with(overflow);
  }

  @Override
  public int encode(float value) {
    if (Float.isNaN(value)) {
      int bits = Float.floatToRawIntBits(value);
      return nan(bits < 0, bits >>> 21);
    }
    return ReferenceCodec.encode(conversion, value);
  }

  @Override
  public int encode(double value) {
    if (Double.isNaN(value)) {
      long bits = Double.doubleToRawLongBits(value);
      return nan(bits < 0, (int) (bits >>> 50));
    }
    return ReferenceCodec.encode(conversion, value);
  }

  private static int nan(boolean negative, int payload) {
    return (negative ? 0x80 : 0) | 0x7E | payload & 3;
  }
}
