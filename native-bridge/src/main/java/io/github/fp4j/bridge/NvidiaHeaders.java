package io.github.fp4j.bridge;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;

/**
 * Which conversions NVIDIA's headers really are: their float and their double functions differ in NaN and in one case of overflow.
 *
 * <table>
 *   <caption>Code of a NaN (cuda_fp8.hpp, cuda_fp6.hpp, cuda_fp4.hpp of CUDA 13.0)</caption>
 *   <tr><th>format</th><th>from float</th><th>from double</th></tr>
 *   <tr><td>E4M3</td><td>0x7F, the sign is dropped</td><td>0x7F or 0xFF, the sign is kept</td></tr>
 *   <tr><td>E5M2</td><td>0x7F, the sign is dropped</td><td>0x7E or 0xFE, the sign is kept; 0x7F or 0xFF if the second mantissa bit of the NaN is set</td></tr>
 *   <tr><td>UE8M0</td><td>0xFF</td><td>0xFF</td></tr>
 *   <tr><td>E2M1, E2M3, E3M2</td><td>the positive maximum</td><td>the positive maximum</td></tr>
 * </table>
 *
 * <p>The backend {@code nvidia-headers} supports, for each input type, the conversion that the headers follow and not the other one. E5M2 from a double NaN with
 * a payload is the one place that no {@link Conversion} describes.
 *
 * <p>UE8M0 toward zero without saturation ({@code __NV_NOSAT}) makes 0xFE, not NaN, of a finite double of 2^128 or more, since {@code __nv_cvt_double_to_e8m0}
 * goes by way of a float that is truncated; an infinity becomes 0xFF. That is {@link io.github.fp4j.formats.Overflow#SATURATE_FINITE}.
 */
public final class NvidiaHeaders {
  private NvidiaHeaders() {}

  /** The saturating conversion from float: {@link Conversion#cuda}. */
  public static Conversion fromFloat(FloatFormat format) {
    return Conversion.cuda(format);
  }

  /** The saturating conversion from double: {@link Conversion#cuda}, but for a NaN that keeps its sign in E4M3 and E5M2. */
  public static Conversion fromDouble(FloatFormat format) {
    Conversion conversion = Conversion.cuda(format);
    if (!format.signed() || !format.hasNan()) {
      return conversion;
    }
    return conversion.with(format.hasInfinity() ? NanPolicy.SIGNED_QUIET_NAN : NanPolicy.SIGNED_NAN);
  }
}
