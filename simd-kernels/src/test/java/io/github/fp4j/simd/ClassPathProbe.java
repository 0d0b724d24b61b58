package io.github.fp4j.simd;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;

/**
 * Prints every backend that a class path offers, whether it runs, and how many of 16 codes it decodes and encodes again; and twice, whose conversions are the
 * fastest.
 */
final class ClassPathProbe {
  private ClassPathProbe() {}

  public static void main(String[] args) {
    for (Backend backend : Backends.all()) {
      System.out.println(backend.name() + " " + backend.availability() + " " + backend.conversions().map(ClassPathProbe::roundTrip).orElse("none"));
    }
    for (int i = 0; i < 2; i++) {
      System.out.println("fastest " + Backends.fastest(Backend::conversions, kernels -> true, "any conversion").getClass().getSimpleName());
    }
  }

  private static String roundTrip(ConversionKernels kernels) {
    byte[] codes = new byte[16];
    for (int code = 0; code < 16; code++) {
      codes[code] = (byte) code;
    }
    float[] values = new float[16];
    byte[] again = new byte[16];
    kernels.decode(FloatFormat.E2M1, codes, 0, values, 0, 16);
    kernels.encode(Conversion.cuda(FloatFormat.E2M1), values, 0, again, 0, 16);
    int equal = 0;
    for (int code = 0; code < 16; code++) {
      equal += again[code] == code ? 1 : 0;
    }
    return Integer.toString(equal);
  }
}
