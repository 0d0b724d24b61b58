package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.bridge.internal.sys.Fp4jOptimAbi;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;

/** {@link OptimizerKernels} of our own kernels. Arrays go to the device and back with each call, which allocates: for judging kernels, not for training. */
final class CudaOptimizers implements OptimizerKernels {
  private final DeviceKernels kernels;
  private final CudaStream stream;

  CudaOptimizers(DeviceKernels kernels, CudaStream stream) {
    this.kernels = kernels;
    this.stream = stream;
  }

  private DeviceScratch scratch() {
    return new DeviceScratch(kernels.context(), stream);
  }

  static FloatRows range(float[] values, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    return new FloatRows(values, offset, length, 1, length);
  }

  private static DeviceRange upload(DeviceScratch scratch, FloatRows range) {
    return scratch.upload(range).values();
  }

  private static DeviceRange upload(DeviceScratch scratch, byte[] bytes, int offset, int length) {
    return scratch.upload(bytes, offset, length, 1, length);
  }

  private static ByteBuffer download(DeviceScratch scratch, DeviceRange from, int length) {
    byte[] bytes = new byte[length];
    scratch.download(from, 1, length, bytes, 0, length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /** The argument {@code adam}. */
  static KernelArguments step(AdamCoefficients coefficients, Arena arena) {
    MemorySegment struct = arena.allocate(Fp4jOptimAbi.ADAM_BYTES, Float.BYTES);
    Fp4jOptimAbi.write(coefficients, struct);
    return new KernelArguments().struct("adam", struct);
  }

  /** The values of a codebook. */
  static float[] values(Codebook codebook) {
    float[] values = new float[codebook.size()];
    for (int code = 0; code < values.length; code++) {
      values[code] = codebook.value(code);
    }
    return values;
  }

  static KernelArguments codebook(DeviceScratch scratch, Codebook codebook) {
    return new KernelArguments().pointer("codebook", scratch.upload(values(codebook))).integer("bits", codebook.bits());
  }

  @Override
  public void scan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset) {
    FloatRows from = range(gradient, offset, length);
    int chunks = Math.ceilDiv(length, CHUNK);
    Objects.checkFromIndexSize(chunksOffset, chunks, Math.min(magnitudes.length, squares.length));
    try (DeviceScratch scratch = scratch()) {
      DeviceRange largest = scratch.allocate((long) Integer.BYTES * chunks);
      DeviceRange sums = scratch.allocate((long) Double.BYTES * chunks);
      KernelArguments arguments =
          new KernelArguments().pointer("gradient", upload(scratch, from)).number("count", length).pointer("magnitudes", largest).pointer("squares", sums);
      kernels.launch(stream, "fp4j_optim_scan", chunks, arguments);
      download(scratch, largest, Integer.BYTES * chunks).asIntBuffer().get(magnitudes, chunksOffset, chunks);
      download(scratch, sums, Double.BYTES * chunks).asDoubleBuffer().get(squares, chunksOffset, chunks);
    }
  }

  /** What clipping makes of the chunks of a gradient, all of which are read: sums of squares, then numbers of clipped elements. */
  private ByteBuffer[] clip(float[] gradient, int offset, int length, float threshold, float ratio) {
    FloatRows from = range(gradient, offset, length);
    int chunks = Math.ceilDiv(length, CHUNK);
    try (DeviceScratch scratch = scratch()) {
      DeviceRange sums = scratch.allocate((long) Double.BYTES * chunks);
      DeviceRange clipped = scratch.allocate((long) Integer.BYTES * chunks);
      KernelArguments arguments =
          new KernelArguments()
              .pointer("gradient", upload(scratch, from))
              .number("count", length)
              .real("threshold", threshold)
              .real("ratio", ratio)
              .nullPointer("magnitudes")
              .pointer("squares", sums)
              .pointer("clipped", clipped);
      kernels.launch(stream, "fp4j_optim_clip", chunks, arguments);
      return new ByteBuffer[] {download(scratch, sums, Double.BYTES * chunks), download(scratch, clipped, Integer.BYTES * chunks)};
    }
  }

  @Override
  public double squaresClipped(float[] gradient, int offset, int length, float threshold, float ratio) {
    ArrayRanges.checkChunk(gradient, offset, length);
    ByteBuffer sums = clip(gradient, offset, length, threshold, ratio)[0];
    return length == 0 ? 0 : sums.getDouble(0);
  }

  @Override
  public int countAbove(float[] gradient, int offset, int length, float threshold) {
    ByteBuffer clipped = clip(gradient, offset, length, threshold, 1)[1];
    int count = 0;
    while (clipped.hasRemaining()) {
      count += clipped.getInt();
    }
    return count;
  }

  @Override
  public void condition(AdamCoefficients coefficients, float[] gradient, int offset, float[] target, int targetOffset, int length) {
    FloatRows from = range(gradient, offset, length);
    FloatRows to = range(target, targetOffset, length);
    try (DeviceScratch scratch = scratch(); Arena arena = Arena.ofConfined()) {
      DeviceRange result = scratch.allocate((long) Float.BYTES * length);
      KernelArguments arguments = step(coefficients, arena).pointer("gradient", upload(scratch, from)).pointer("target", result).number("count", length);
      kernels.launch(stream, "fp4j_optim_condition", length, arguments);
      scratch.download(result, to);
    }
  }

  @Override
  public void adam(
      AdamCoefficients coefficients,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset,
      int length) {
    FloatRows p = range(parameters, parametersOffset, length);
    FloatRows g = range(gradient, gradientOffset, length);
    FloatRows m = range(first, firstOffset, length);
    FloatRows v = range(second, secondOffset, length);
    try (DeviceScratch scratch = scratch(); Arena arena = Arena.ofConfined()) {
      DeviceRange deviceP = upload(scratch, p);
      DeviceRange deviceM = upload(scratch, m);
      DeviceRange deviceV = upload(scratch, v);
      KernelArguments arguments =
          step(coefficients, arena)
              .pointer("parameters", deviceP)
              .pointer("gradient", upload(scratch, g))
              .pointer("first", deviceM)
              .pointer("second", deviceV)
              .number("count", length);
      kernels.launch(stream, "fp4j_optim_adam", length, arguments);
      scratch.download(deviceP, p);
      scratch.download(deviceM, m);
      scratch.download(deviceV, v);
    }
  }

  @Override
  public void encode(
      BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    FloatRows from = range(values, offset, length);
    int bytes = format.codebook().bytes(length);
    int blocks = format.blocks(length);
    Objects.checkFromIndexSize(packedOffset, bytes, packed.length);
    FloatRows toScales = range(scales, scalesOffset, blocks);
    try (DeviceScratch scratch = scratch()) {
      DeviceRange codes = scratch.allocate(bytes);
      DeviceRange deviceScales = scratch.allocate((long) Float.BYTES * blocks);
      KernelArguments arguments =
          codebook(scratch, format.codebook())
              .integer("zero_code", format.codebook().zeroCode())
              .number("block_size", format.blockSize())
              .pointer("values", upload(scratch, from))
              .number("count", length)
              .pointer("packed", codes)
              .pointer("scales", deviceScales);
      kernels.launch(stream, "fp4j_optim_encode_blocks", blocks, arguments);
      scratch.download(codes, 1, bytes, packed, packedOffset, bytes);
      scratch.download(deviceScales, toScales);
    }
  }

  @Override
  public void decode(
      BlockwiseCodebook format, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    int bytes = format.codebook().bytes(length);
    Objects.checkFromIndexSize(packedOffset, bytes, packed.length);
    FloatRows fromScales = range(scales, scalesOffset, format.blocks(length));
    FloatRows to = range(values, offset, length);
    try (DeviceScratch scratch = scratch()) {
      DeviceRange result = scratch.allocate((long) Float.BYTES * length);
      KernelArguments arguments =
          codebook(scratch, format.codebook())
              .number("block_size", format.blockSize())
              .pointer("packed", upload(scratch, packed, packedOffset, bytes))
              .pointer("scales", upload(scratch, fromScales))
              .pointer("values", result)
              .number("count", length);
      kernels.launch(stream, "fp4j_optim_decode_blocks", bytes, arguments);
      scratch.download(result, to);
    }
  }

  @Override
  public void encode(Codebook codebook, float[] values, int offset, int length, float[] scales, int scalesOffset, byte[] packed, int packedOffset) {
    FloatRows from = range(values, offset, length);
    FloatRows fromScales = range(scales, scalesOffset, length);
    int bytes = codebook.bytes(length);
    Objects.checkFromIndexSize(packedOffset, bytes, packed.length);
    try (DeviceScratch scratch = scratch()) {
      DeviceRange codes = scratch.allocate(bytes);
      KernelArguments arguments =
          codebook(scratch, codebook)
              .integer("zero_code", codebook.zeroCode())
              .pointer("values", upload(scratch, from))
              .pointer("scales", upload(scratch, fromScales))
              .pointer("packed", codes)
              .number("count", length);
      kernels.launch(stream, "fp4j_optim_encode", bytes, arguments);
      scratch.download(codes, 1, bytes, packed, packedOffset, bytes);
    }
  }

  @Override
  public void decode(Codebook codebook, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    int bytes = codebook.bytes(length);
    Objects.checkFromIndexSize(packedOffset, bytes, packed.length);
    FloatRows fromScales = range(scales, scalesOffset, length);
    FloatRows to = range(values, offset, length);
    try (DeviceScratch scratch = scratch()) {
      DeviceRange result = scratch.allocate((long) Float.BYTES * length);
      KernelArguments arguments =
          codebook(scratch, codebook)
              .pointer("packed", upload(scratch, packed, packedOffset, bytes))
              .pointer("scales", upload(scratch, fromScales))
              .pointer("values", result)
              .number("count", length);
      kernels.launch(stream, "fp4j_optim_decode", bytes, arguments);
      scratch.download(result, to);
    }
  }

  @Override
  public Optional<CodedAdam> codedAdam() {
    return Optional.of(new CudaCodedAdam(kernels, stream));
  }

  @Override
  public float raiseMaxima(float[] values, int offset, int length, float[] maxima, int maximaOffset) {
    FloatRows from = range(values, offset, length);
    FloatRows most = range(maxima, maximaOffset, length);
    try (DeviceScratch scratch = scratch()) {
      DeviceRange deviceMaxima = upload(scratch, most);
      DeviceRange largest = scratch.zeros(Integer.BYTES);
      KernelArguments arguments =
          new KernelArguments().pointer("values", upload(scratch, from)).pointer("maxima", deviceMaxima).number("count", length).pointer("largest_bits", largest);
      kernels.launch(stream, "fp4j_optim_raise_maxima", length, arguments);
      scratch.download(deviceMaxima, most);
      return download(scratch, largest, Integer.BYTES).getFloat(0);
    }
  }

  @Override
  public void limitScales(float bound, float[] maxima, int maximaOffset, float[] scales, int scalesOffset, int length) {
    FloatRows from = range(maxima, maximaOffset, length);
    FloatRows to = range(scales, scalesOffset, length);
    try (DeviceScratch scratch = scratch()) {
      DeviceRange result = scratch.allocate((long) Float.BYTES * length);
      KernelArguments arguments =
          new KernelArguments().real("bound", bound).pointer("maxima", upload(scratch, from)).pointer("scales", result).number("count", length);
      kernels.launch(stream, "fp4j_optim_limit_scales", length, arguments);
      scratch.download(result, to);
    }
  }
}
