package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.bridge.internal.sys.Fp4jAbi;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@link ConversionKernels} of a library with the ABI of {@code fp4j.h}. Arrays pass through native memory of the calling thread, a chunk at a time, so that no
 * call of a library that we did not write holds up the garbage collector. Arguments are checked before the library sees them.
 */
final class NativeConversions implements ConversionKernels {
  private static final int CHUNK = 8192; // elements; even, so that no packed byte is shared between chunks. 40 kB of floats and codes

  /** What one thread passes to native code. */
  private static final class Scratch {
    final MemorySegment how;
    final MemorySegment values;
    final MemorySegment codes;

    Scratch() {
      Arena arena = Arena.ofAuto(); // freed after its thread
      how = arena.allocate(Fp4jAbi.CONVERSION_BYTES, 8);
      values = arena.allocate(8L * CHUNK, 64);
      codes = arena.allocate(CHUNK, 64);
    }
  }

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private final Fp4jLibrary library;

  NativeConversions(Fp4jLibrary library) {
    this.library = library;
  }

  @Override
  public boolean supports(Conversion conversion) {
    return supports(conversion, Fp4jAbi.FLOAT32);
  }

  @Override
  public boolean supportsDouble(Conversion conversion) {
    return supports(conversion, Fp4jAbi.FLOAT64);
  }

  private boolean supports(Conversion conversion, int input) {
    if (conversion.isStochastic() || conversion.format().width() > 8) {
      return false;
    }
    Scratch scratch = SCRATCH.get();
    Fp4jAbi.write(conversion, scratch.how);
    return library.supports(scratch.how, input);
  }

  @Override
  public boolean supportsDecoding(FloatFormat format) {
    if (format.width() > 8) {
      return false;
    }
    Scratch scratch = SCRATCH.get();
    Fp4jAbi.write(format, scratch.how, 0);
    return library.supportsDecoding(scratch.how);
  }

  @Override
  public void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    Scratch scratch = require(conversion, Fp4jAbi.FLOAT32);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      MemorySegment.copy(values, offset + done, scratch.values, JAVA_FLOAT, 0, count);
      library.call(library.encode32, scratch.how, scratch.values, scratch.codes, count);
      MemorySegment.copy(scratch.codes, JAVA_BYTE, 0, codes, codesOffset + done, count);
    }
  }

  @Override
  public void encode(Conversion conversion, double[] values, int offset, byte[] codes, int codesOffset, int length) {
    Scratch scratch = require(conversion, Fp4jAbi.FLOAT64);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      MemorySegment.copy(values, offset + done, scratch.values, JAVA_DOUBLE, 0, count);
      library.call(library.encode64, scratch.how, scratch.values, scratch.codes, count);
      MemorySegment.copy(scratch.codes, JAVA_BYTE, 0, codes, codesOffset + done, count);
    }
  }

  @Override
  public void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length) {
    Scratch scratch = require(conversion, Fp4jAbi.FLOAT32);
    requireFourBits(conversion.format());
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      MemorySegment.copy(values, offset + done, scratch.values, JAVA_FLOAT, 0, count);
      library.call(library.encodePacked, scratch.how, scratch.values, scratch.codes, count);
      MemorySegment.copy(scratch.codes, JAVA_BYTE, 0, packed, packedOffset + done / 2, ArrayRanges.packedLength(count));
    }
  }

  @Override
  public void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length) {
    Scratch scratch = require(format);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      MemorySegment.copy(codes, codesOffset + done, scratch.codes, JAVA_BYTE, 0, count);
      library.call(library.decode, scratch.how, scratch.codes, scratch.values, count);
      MemorySegment.copy(scratch.values, JAVA_FLOAT, 0, values, offset + done, count);
    }
  }

  @Override
  public void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length) {
    Scratch scratch = require(format);
    requireFourBits(format);
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      MemorySegment.copy(packed, packedOffset + done / 2, scratch.codes, JAVA_BYTE, 0, ArrayRanges.packedLength(count));
      library.call(library.decodePacked, scratch.how, scratch.codes, scratch.values, count);
      MemorySegment.copy(scratch.values, JAVA_FLOAT, 0, values, offset + done, count);
    }
  }

  /** The thread's memory with the conversion in it. */
  private Scratch require(Conversion conversion, int input) {
    if (!supports(conversion, input)) {
      throw new IllegalArgumentException(
          conversion + " from " + (input == Fp4jAbi.FLOAT32 ? "float32" : "float64") + ": " + library.name() + " does not have it");
    }
    return SCRATCH.get();
  }

  /** The thread's memory with the format in it. */
  private Scratch require(FloatFormat format) {
    if (!supportsDecoding(format)) {
      throw new IllegalArgumentException("format = " + format + ": " + library.name() + " does not decode it");
    }
    return SCRATCH.get();
  }

  private static void requireFourBits(FloatFormat format) {
    if (format.width() > 4) {
      throw new IllegalArgumentException("format = " + format + " has " + format.width() + " bits: expected at most 4 for packed codes");
    }
  }
}
