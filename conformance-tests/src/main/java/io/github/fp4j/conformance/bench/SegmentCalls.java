package io.github.fp4j.conformance.bench;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.backend.SegmentBlocks;
import io.github.fp4j.backend.SegmentConversions;
import io.github.fp4j.backend.SegmentFloats;
import io.github.fp4j.backend.SegmentGemms;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A backend's kernels on memory segments of every kind: over arrays of float, short and byte, and outside the heap. */
final class SegmentCalls {
  private static final int ROWS = 64;
  private static final int COLUMNS = 1024;
  private static final int COUNT = ROWS * COLUMNS;

  /** Where numbers lie, and what bytes lie beside them. */
  private record Memory(SegmentFloats type, IntFunction<MemorySegment> numbers, IntFunction<MemorySegment> bytes) {}

  private SegmentCalls() {}

  static List<Runnable> of(Backend backend) {
    IntFunction<MemorySegment> heapBytes = count -> MemorySegment.ofArray(new byte[count]);
    IntFunction<MemorySegment> nativeBytes = count -> Arena.ofAuto().allocate(count, 64);
    List<Memory> kinds =
        List.of(
            new Memory(SegmentFloats.FLOAT32, count -> MemorySegment.ofArray(new float[count]), heapBytes),
            new Memory(SegmentFloats.BFLOAT16, count -> MemorySegment.ofArray(new short[count]), heapBytes),
            new Memory(SegmentFloats.FLOAT32, count -> heapBytes.apply(4 * count), heapBytes),
            new Memory(SegmentFloats.FLOAT32, count -> nativeBytes.apply(4 * count), nativeBytes));
    List<Runnable> calls = new ArrayList<>();
    for (Memory memory : kinds) {
      backend.conversions().ifPresent(kernels -> convert(kernels, memory, calls));
      backend.blocks().filter(kernels -> kernels.supports(Profiles.TE_2_15)).ifPresent(kernels -> quantize(kernels, memory, calls));
      backend.gemms().ifPresent(kernels -> multiply(kernels, memory, calls));
    }
    return calls;
  }

  private static void convert(ConversionKernels kernels, Memory memory, List<Runnable> calls) {
    Conversion conversion = Conversion.cuda(FloatFormat.E4M3);
    SegmentConversions segments = new SegmentConversions(kernels);
    MemorySegment values = memory.numbers.apply(COUNT);
    MemorySegment codes = memory.bytes.apply(COUNT);
    if (kernels.supports(conversion)) {
      calls.add(() -> segments.encode(conversion, memory.type, values, 0, codes, 0, COUNT));
    }
    if (kernels.supportsDecoding(FloatFormat.E4M3) && memory.type == SegmentFloats.FLOAT32) {
      calls.add(() -> segments.decode(FloatFormat.E4M3, codes, 0, values, 0, COUNT));
    }
  }

  private static void quantize(BlockKernels kernels, Memory memory, List<Runnable> calls) {
    QuantizationProfile profile = Profiles.TE_2_15;
    SegmentBlocks segments = new SegmentBlocks(kernels);
    float tensorScale = profile.tensorScaleOf(1);
    MemorySegment values = memory.numbers.apply(COUNT);
    MemorySegment codes = memory.bytes.apply(COUNT / 2);
    MemorySegment scales = memory.bytes.apply(COUNT / 16);
    calls.add(() -> segments.amax(profile, memory.type, values, 0, ROWS, COLUMNS));
    calls.add(() -> segments.quantize(profile, tensorScale, memory.type, values, 0, ROWS, COLUMNS, codes, 0, scales, 0));
    if (memory.type == SegmentFloats.FLOAT32) {
      calls.add(() -> segments.dequantize(profile, tensorScale, codes, 0, scales, 0, ROWS, COLUMNS, values, 0));
    }
  }

  private static void multiply(GemmKernels kernels, Memory memory, List<Runnable> calls) {
    PackedWeights weights = PackedWeights.of(new GemmOperand(OperandFormat.NVFP4, ROWS, COLUMNS, new byte[COUNT / 2], new byte[COUNT / 16]));
    if (kernels.supportsActivations(GemmKernels.FP32, weights.format())) {
      SegmentGemms segments = new SegmentGemms(kernels);
      MemorySegment activations = memory.numbers.apply(COUNT);
      MemorySegment result = Arena.ofAuto().allocate(4L * ROWS * ROWS, 64);
      calls.add(() -> segments.multiply(GemmKernels.FP32, memory.type, activations, 0, ROWS, weights, 1, result, 0, Parallelism.NONE));
    }
  }
}
