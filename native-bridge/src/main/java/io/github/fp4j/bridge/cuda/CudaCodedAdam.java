package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import java.lang.foreign.Arena;

/**
 * {@link CodedAdam} of our own kernels: one pass where both moments have 4 bits in blocks of 128, else decode, adam and encode in turn, with the decoded moments on the
 * device only. Arrays go there and back with each call: see {@link CudaOptimizers}; {@link DeviceAdam4Bit} leaves them there.
 */
final class CudaCodedAdam implements CodedAdam {
  private final DeviceKernels kernels;
  private final CudaStream stream;

  CudaCodedAdam(DeviceKernels kernels, CudaStream stream) {
    this.kernels = kernels;
    this.stream = stream;
  }

  /** The part of a moment that a call updates, on the device. */
  private record Part(Moment moment, int length, int firstByte, int bytes, FloatRows hostScales, DeviceRange codes, DeviceRange scales) {
    static Part upload(DeviceScratch scratch, Moment moment, int from, int length) {
      BlockwiseCodebook format = moment.format();
      int firstByte = format.codebook().bytes(from);
      int bytes = format.codebook().bytes(length);
      FloatRows scales = CudaOptimizers.range(moment.scales(), from / format.blockSize(), format.blocks(length));
      return new Part(
          moment, length, firstByte, bytes, scales, scratch.upload(moment.packed(), firstByte, bytes, 1, bytes), scratch.upload(scales).values());
    }

    /** What the kernel that does all at once takes. */
    void give(DeviceScratch scratch, KernelArguments arguments, String name) {
      arguments
          .pointer(name + "_codebook", scratch.upload(CudaOptimizers.values(moment.format().codebook())))
          .integer(name + "_zero_code", moment.format().codebook().zeroCode())
          .pointer(name + "_packed", codes)
          .pointer(name + "_scales", scales);
    }

    DeviceRange decoded(DeviceScratch scratch, DeviceKernels kernels, CudaStream stream) {
      DeviceRange values = scratch.allocate((long) Float.BYTES * length);
      KernelArguments arguments =
          CudaOptimizers.codebook(scratch, moment.format().codebook())
              .number("block_size", moment.format().blockSize())
              .pointer("packed", codes)
              .pointer("scales", scales)
              .pointer("values", values)
              .number("count", length);
      kernels.launch(stream, "fp4j_optim_decode_blocks", bytes, arguments);
      return values;
    }

    void encode(DeviceScratch scratch, DeviceKernels kernels, CudaStream stream, DeviceRange values) {
      KernelArguments arguments =
          CudaOptimizers.codebook(scratch, moment.format().codebook())
              .integer("zero_code", moment.format().codebook().zeroCode())
              .number("block_size", moment.format().blockSize())
              .pointer("values", values)
              .number("count", length)
              .pointer("packed", codes)
              .pointer("scales", scales);
      kernels.launch(stream, "fp4j_optim_encode_blocks", moment.format().blocks(length), arguments);
    }

    void download(DeviceScratch scratch) {
      scratch.download(codes, 1, bytes, moment.packed(), firstByte, bytes);
      scratch.download(scales, hostScales);
    }
  }

  private static boolean isFused(BlockwiseCodebook format) {
    return format.codebook().bits() == 4 && format.blockSize() == DeviceAdam4Bit.FIRST.blockSize();
  }

  @Override
  public void adam(
      AdamCoefficients coefficients,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      Moment first,
      Moment second,
      int from,
      int length) {
    CodedAdam.check(first, second, from, length);
    FloatRows p = CudaOptimizers.range(parameters, parametersOffset, length);
    FloatRows g = CudaOptimizers.range(gradient, gradientOffset, length);
    if (length == 0) {
      return;
    }
    try (DeviceScratch scratch = new DeviceScratch(kernels.context(), stream); Arena arena = Arena.ofConfined()) {
      DeviceRange deviceP = scratch.upload(p).values();
      DeviceRange deviceG = scratch.upload(g).values();
      Part m = Part.upload(scratch, first, from, length);
      Part v = Part.upload(scratch, second, from, length);
      KernelArguments arguments = CudaOptimizers.step(coefficients, arena).pointer("parameters", deviceP).pointer("gradient", deviceG);
      if (isFused(first.format()) && isFused(second.format())) {
        m.give(scratch, arguments.number("count", length), "first");
        v.give(scratch, arguments, "second");
        kernels.launch(stream, "fp4j_optim_adam_4bit", first.format().blocks(length), arguments);
      } else {
        DeviceRange decodedM = m.decoded(scratch, kernels, stream);
        DeviceRange decodedV = v.decoded(scratch, kernels, stream);
        arguments.pointer("first", decodedM).pointer("second", decodedV).number("count", length);
        kernels.launch(stream, "fp4j_optim_adam", length, arguments);
        m.encode(scratch, kernels, stream, decodedM);
        v.encode(scratch, kernels, stream, decodedV);
      }
      scratch.download(deviceP, p);
      m.download(scratch);
      v.download(scratch);
    }
  }
}
