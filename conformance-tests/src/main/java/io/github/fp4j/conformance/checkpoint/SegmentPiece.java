package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.backend.SegmentFloats;
import io.github.fp4j.backend.SegmentQuantizer;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A piece in native memory: numbers are read where the file is mapped, but for types that the quantiser does not know. */
final class SegmentPiece extends Piece {
  private static final int ALIGNMENT = 64;

  private final SegmentQuantizer quantizer;
  private final FloatElements elements = new FloatElements();
  private float[] values = new float[0];
  private MemorySegment floats = MemorySegment.NULL;
  private MemorySegment codes = MemorySegment.NULL;
  private MemorySegment scales = MemorySegment.NULL;
  private long codesStride;
  private long scalesStride;

  SegmentPiece(QuantizationProfile profile, SegmentQuantizer quantizer, LongConsumer progress) {
    super(profile, progress);
    this.quantizer = quantizer;
  }

  /** Numbers in native memory. */
  private record Source(SegmentFloats type, MemorySegment bytes) {}

  @Override
  float amax(Tensor tensor, long firstRow, int count, int columns) {
    Source source = source(tensor, firstRow, count, columns);
    return quantizer.amax(profile, source.type, source.bytes, (long) count * columns);
  }

  @Override
  void reserve(int count, int codesStride, int scalesStride) {
    this.codesStride = codesStride;
    this.scalesStride = scalesStride;
    codes = room(codes, (long) count * codesStride);
    scales = room(scales, (long) count * scalesStride);
  }

  @Override
  ErrorFigures quantize(Tensor tensor, long firstRow, int count, int columns, float tensorScale, int row) {
    Source source = source(tensor, firstRow, count, columns);
    return quantizer.quantize(
        profile, tensorScale, source.type, source.bytes, count, columns, codes.asSlice(row * codesStride), scales.asSlice(row * scalesStride));
  }

  private Source source(Tensor tensor, long firstRow, int count, int columns) {
    Optional<SegmentFloats> type = typeOf(tensor);
    if (type.isPresent() && tensor.data().isNative()) {
      return new Source(type.get(), bytes(tensor, firstRow, count, columns));
    }
    int length = count * columns;
    if (values.length < length) {
      values = new float[length];
    }
    elements.read(tensor, firstRow * columns, values, 0, length);
    floats = room(floats, 4L * length);
    MemorySegment.copy(values, 0, floats, ValueLayout.JAVA_FLOAT, 0, length);
    return new Source(SegmentFloats.FLOAT32, floats);
  }

  private static Optional<SegmentFloats> typeOf(Tensor tensor) {
    return switch (tensor.type()) {
      case F32 -> Optional.of(SegmentFloats.FLOAT32);
      case BF16 -> Optional.of(SegmentFloats.BFLOAT16);
      case F16 -> Optional.of(SegmentFloats.FLOAT16);
      default -> Optional.empty();
    };
  }

  /** At least {@code bytes}; freed with this piece. */
  private static MemorySegment room(MemorySegment present, long bytes) {
    return present.byteSize() >= bytes && !present.equals(MemorySegment.NULL) ? present : Arena.ofAuto().allocate(Math.max(bytes, 1), ALIGNMENT);
  }

  @Override
  MemorySegment codes() {
    return codes.asSlice(0, rows() * codesStride);
  }

  @Override
  MemorySegment scales() {
    return scales.asSlice(0, rows() * scalesStride);
  }
}
