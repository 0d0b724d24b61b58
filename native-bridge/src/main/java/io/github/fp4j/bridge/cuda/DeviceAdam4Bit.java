package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Adam's update of a tensor on the device whose moments stay there in 4 bits: signed dynamic-exponent codes and linear codes, both in blocks of 128
 * (arXiv 2309.01507). A step decodes, updates and encodes in one kernel: 14.1 bytes an element instead of 28. Bits are those of {@link
 * io.github.fp4j.backend.OptimizerKernels}: decode, adam, encode. Not thread-safe.
 */
public final class DeviceAdam4Bit implements AutoCloseable {
  /** First moments. */
  public static final BlockwiseCodebook FIRST = new BlockwiseCodebook(Codebook.SIGNED_DYNAMIC_4, 128);

  /** Second moments. */
  public static final BlockwiseCodebook SECOND = new BlockwiseCodebook(Codebook.LINEAR_4, 128);

  private final DeviceKernels kernels;
  private final CudaStream stream;
  private final DeviceScratch memory;
  private final int length;
  private final Moment first;
  private final Moment second;

  /** One moment on the device. */
  private record Moment(BlockwiseCodebook format, DeviceRange codebook, DeviceRange codes, DeviceRange scales) {
    static Moment zero(BlockwiseCodebook format, int length, DeviceScratch memory) {
      Codebook codebook = format.codebook();
      byte[] zeros = new byte[codebook.bytes(length)];
      Arrays.fill(zeros, (byte) (codebook.zeroCode() << 4 | codebook.zeroCode()));
      return new Moment(format, memory.upload(CudaOptimizers.values(codebook)), memory.upload(zeros), memory.zeros((long) Float.BYTES * format.blocks(length)));
    }

    void give(KernelArguments arguments, String name) {
      arguments
          .pointer(name + "_codebook", codebook)
          .integer(name + "_zero_code", format.codebook().zeroCode())
          .pointer(name + "_packed", codes)
          .pointer(name + "_scales", scales);
    }

    float[] read(int length, DeviceScratch memory) {
      byte[] packed = new byte[format.codebook().bytes(length)];
      float[] decoded = new float[length];
      float[] blockScales = new float[format.blocks(length)];
      memory.download(codes, 1, packed.length, packed, 0, packed.length);
      memory.download(scales, FloatRows.of(blockScales, 1, blockScales.length));
      format.decode(packed, 0, blockScales, 0, decoded, 0, length);
      return decoded;
    }
  }

  DeviceAdam4Bit(DeviceKernels kernels, CudaStream stream, int length) {
    if (length < 1) {
      throw new IllegalArgumentException("length = " + length + ": expected at least 1");
    }
    this.kernels = kernels;
    this.stream = stream;
    this.length = length;
    memory = new DeviceScratch(kernels.context(), stream);
    first = Moment.zero(FIRST, length, memory);
    second = Moment.zero(SECOND, length, memory);
  }

  /**
   * Moments of zero for a tensor of {@code length} elements. The stream must outlive them.
   *
   * @throws IllegalStateException with the reason, if there are neither prebuilt kernels nor NVRTC
   */
  public static DeviceAdam4Bit open(CudaStream stream, int length) {
    Discovery<KernelImages> images = KernelImages.find();
    return new DeviceAdam4Bit(new DeviceKernels(stream.context(), images.orElseThrow()), stream, length);
  }

  /**
   * Puts a step into the stream.
   *
   * @param parameters float32, updated
   * @param gradient float32
   * @throws IllegalArgumentException if one of them has another length; nothing has been launched
   */
  public void step(AdamCoefficients coefficients, DeviceRange parameters, DeviceRange gradient) {
    require("parameters", parameters);
    require("gradient", gradient);
    try (Arena arena = Arena.ofConfined()) {
      KernelArguments arguments = CudaOptimizers.step(coefficients, arena).pointer("parameters", parameters).pointer("gradient", gradient).number("count", length);
      first.give(arguments, "first");
      second.give(arguments, "second");
      kernels.launch(stream, "fp4j_optim_adam_4bit", FIRST.blocks(length), arguments);
    }
  }

  private void require(String name, DeviceRange range) {
    if (range.bytes() != (long) Float.BYTES * length) {
      throw new IllegalArgumentException(name + " have " + range.bytes() + " bytes: expected " + (long) Float.BYTES * length);
    }
  }

  /** Waits, and returns a copy of the first moment, decoded. */
  public float[] firstMoment() {
    return first.read(length, memory);
  }

  /** Waits, and returns a copy of the second moment, decoded. */
  public float[] secondMoment() {
    return second.read(length, memory);
  }

  @Override
  public void close() {
    memory.close();
    kernels.close();
  }
}
