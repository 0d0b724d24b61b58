package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@link ConversionKernels} of single {@code cvt} instructions, as far as the GPU has them: what a chip answers is judged here, nothing adds to it.
 *
 * <pre>
 * cvt.rn.satfinite.e2m1x2.f32     E2M1, NVIDIA's conversion                       fp4: sm_100a, 103a, 120a, 121a
 * cvt.rs.satfinite.e2m1x4.f32     E2M1, stochastic, eight bits in PTX's order     sm_100a, 103a
 * cvt.rn.satfinite.e4m3x2.f32     E4M3, NVIDIA's conversion                       from sm_89 on
 * cvt.r[zp].satfinite.ue8m0x2.f32 UE8M0, toward zero or up                        fp4
 * cvt.rn.f16x2.e2m1x2             decoding of E2M1                                fp4
 * </pre>
 */
final class ProbeConversions implements ConversionKernels {
  private static final Conversion STOCHASTIC = Conversion.cuda(FloatFormat.E2M1).withStochastic(8);
  private static final Map<Conversion, String> KERNELS = kernels();
  private static final String STOCHASTIC_KERNEL = "fp4j_probe_cvt_rs_e2m1x4";
  private static final String DECODING_KERNEL = "fp4j_probe_cvt_f16x2_e2m1x2";

  private final DeviceKernels kernels;
  private final CudaStream stream;

  ProbeConversions(DeviceKernels kernels, CudaStream stream) {
    this.kernels = kernels;
    this.stream = stream;
  }

  private static Map<Conversion, String> kernels() {
    Map<Conversion, String> names = new LinkedHashMap<>();
    names.put(Conversion.cuda(FloatFormat.E2M1), "fp4j_probe_cvt_rn_e2m1x2");
    names.put(Conversion.cuda(FloatFormat.E4M3), "fp4j_probe_cvt_rn_e4m3x2");
    names.put(Conversion.cuda(FloatFormat.UE8M0).with(Rounding.TOWARD_ZERO), "fp4j_probe_cvt_rz_ue8m0x2");
    names.put(Conversion.cuda(FloatFormat.UE8M0).with(Rounding.UP), "fp4j_probe_cvt_rp_ue8m0x2");
    return names;
  }

  @Override
  public boolean supports(Conversion conversion) {
    String kernel = conversion.equals(STOCHASTIC) ? STOCHASTIC_KERNEL : KERNELS.get(conversion);
    return kernel != null && kernels.has(kernel);
  }

  @Override
  public boolean supportsDecoding(FloatFormat format) {
    return format.equals(FloatFormat.E2M1) && kernels.has(DECODING_KERNEL);
  }

  private String require(Conversion conversion, @Nullable String kernel) {
    if (kernel == null || !supports(conversion)) {
      throw new IllegalArgumentException(conversion + ": no instruction of " + kernels.context().device());
    }
    return kernel;
  }

  @Override
  public void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    String kernel = require(conversion, KERNELS.get(conversion));
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    byte[] pairs = pairs(kernel, values, offset, length, conversion.format().width() == 4 ? 1 : 2);
    for (int i = 0; i < length; i++) {
      codes[codesOffset + i] = conversion.format().width() == 4 ? (byte) (pairs[i / 2] >> 4 * (i & 1) & 0xF) : pairs[i];
    }
  }

  @Override
  public void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length) {
    String kernel = require(conversion, KERNELS.get(conversion));
    if (conversion.format().width() != 4) {
      throw new IllegalArgumentException("format = " + conversion.format() + " has " + conversion.format().width() + " bits: expected 4");
    }
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    System.arraycopy(pairs(kernel, values, offset, length, 1), 0, packed, packedOffset, ArrayRanges.packedLength(length));
  }

  /** The results of an instruction that takes two values, the first of which is its low one; +0 fills the last pair up. */
  private byte[] pairs(String kernel, float[] values, int offset, int length, int bytesOfPair) {
    int count = Math.ceilDiv(length, 2);
    float[] low = new float[count];
    float[] high = new float[count];
    for (int i = 0; i < length; i++) {
      (i % 2 == 0 ? low : high)[i / 2] = values[offset + i];
    }
    byte[] pairs = new byte[count * bytesOfPair];
    if (count > 0) {
      try (DeviceScratch scratch = new DeviceScratch(kernels.context(), stream)) {
        DeviceRange results = scratch.allocate(pairs.length);
        KernelArguments arguments =
            new KernelArguments().pointer("high", scratch.upload(high)).pointer("low", scratch.upload(low)).pointer("results", results).number("count", count);
        kernels.launch(stream, kernel, count, arguments);
        scratch.download(results, 1, pairs.length, pairs, 0, pairs.length);
      }
    }
    return pairs;
  }

  @Override
  public void encodeStochastic(
      Conversion conversion, float[] values, int offset, int[] random, int randomOffset, byte[] codes, int codesOffset, int length) {
    String kernel = require(conversion, conversion.equals(STOCHASTIC) ? STOCHASTIC_KERNEL : null);
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(randomOffset, length, random.length);
    Objects.checkFromIndexSize(codesOffset, length, codes.length);
    int count = Math.ceilDiv(length, 4);
    if (count == 0) {
      return;
    }
    float[] operands = Arrays.copyOf(Arrays.copyOfRange(values, offset, offset + length), 4 * count);
    int[] words = new int[count];
    for (int i = 0; i < length; i++) {
      words[i / 4] |= (random[randomOffset + i] & 0xFF) << ByteOrder.PTX.shift(i % 4);
    }
    byte[] fours = new byte[2 * count];
    try (DeviceScratch scratch = new DeviceScratch(kernels.context(), stream)) {
      DeviceRange results = scratch.allocate(fours.length);
      KernelArguments arguments =
          new KernelArguments()
              .pointer("operands", scratch.upload(operands)).pointer("random", scratch.upload(MemorySegment.ofArray(words))).pointer("results", results).number("count", count);
      kernels.launch(stream, kernel, count, arguments);
      scratch.download(results, 1, fours.length, fours, 0, fours.length);
    }
    for (int i = 0; i < length; i++) {
      codes[codesOffset + i] = (byte) (fours[i / 2] >> 4 * (i & 1) & 0xF);
    }
  }

  @Override
  public void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length) {
    requireDecoding(format);
    Objects.checkFromIndexSize(codesOffset, length, codes.length);
    byte[] packed = new byte[(length + 1) / 2];
    for (int i = 0; i < length; i++) {
      packed[i / 2] |= (byte) ((codes[codesOffset + i] & 0xF) << 4 * (i & 1));
    }
    decodePacked(format, packed, 0, values, offset, length);
  }

  @Override
  public void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length) {
    requireDecoding(format);
    int count = (length + 1) / 2;
    Objects.checkFromIndexSize(packedOffset, count, packed.length);
    Objects.checkFromIndexSize(offset, length, values.length);
    short[] halves = new short[2 * count];
    if (count > 0) {
      byte[] bytes = new byte[4 * count];
      try (DeviceScratch scratch = new DeviceScratch(kernels.context(), stream)) {
        DeviceRange results = scratch.allocate(bytes.length);
        KernelArguments arguments =
            new KernelArguments()
                .pointer("codes", scratch.upload(packed, packedOffset, count, 1, count)).pointer("results", results).number("count", count);
        kernels.launch(stream, DECODING_KERNEL, count, arguments);
        scratch.download(results, 1, bytes.length, bytes, 0, bytes.length);
      }
      MemorySegment.ofArray(halves).copyFrom(MemorySegment.ofArray(bytes)); // two halves to a word, the low one first
    }
    for (int i = 0; i < length; i++) {
      values[offset + i] = Float.float16ToFloat(halves[i]);
    }
  }

  private void requireDecoding(FloatFormat format) {
    if (!supportsDecoding(format)) {
      throw new IllegalArgumentException("format = " + format + ": no instruction of " + kernels.context().device() + " decodes it");
    }
  }
}
