package io.github.fp4j.bridge;

import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.bridge.internal.sys.Fp4jAbi;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@link ConversionKernels} of a library with the ABI of {@code fp4j.h}. It works on the arrays themselves, a chunk at a time: the garbage collector waits for no
 * more than one. Arguments are checked before the library sees them.
 */
final class NativeConversions implements ConversionKernels {
  /** Elements of one call; even, so that no packed byte is shared between calls. */
  private static final int CHUNK = 1 << 16;

  /** A thread's memory for the conversion or format of a call. */
  private static final ThreadLocal<MemorySegment> HOW = ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Fp4jAbi.CONVERSION_BYTES, 8)); // freed after its thread

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
    MemorySegment how = HOW.get();
    Fp4jAbi.write(conversion, how);
    return library.supports(how, input);
  }

  @Override
  public boolean supportsDecoding(FloatFormat format) {
    if (format.width() > 8) {
      return false;
    }
    MemorySegment how = HOW.get();
    Fp4jAbi.write(format, how, 0);
    return library.supportsDecoding(how);
  }

  @Override
  public void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    MemorySegment how = require(conversion, Fp4jAbi.FLOAT32);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      library.call(library.encode32, how, HeapArrays.at(values, offset + done), HeapArrays.at(codes, codesOffset + done), count);
    }
  }

  @Override
  public void encode(Conversion conversion, double[] values, int offset, byte[] codes, int codesOffset, int length) {
    MemorySegment how = require(conversion, Fp4jAbi.FLOAT64);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      library.call(library.encode64, how, HeapArrays.at(values, offset + done), HeapArrays.at(codes, codesOffset + done), count);
    }
  }

  @Override
  public void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length) {
    MemorySegment how = require(conversion, Fp4jAbi.FLOAT32);
    requireFourBits(conversion.format());
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      library.call(library.encodePacked, how, HeapArrays.at(values, offset + done), HeapArrays.at(packed, packedOffset + done / 2), count);
    }
  }

  @Override
  public void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length) {
    MemorySegment how = require(format);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      library.call(library.decode, how, HeapArrays.at(codes, codesOffset + done), HeapArrays.at(values, offset + done), count);
    }
  }

  @Override
  public void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length) {
    MemorySegment how = require(format);
    requireFourBits(format);
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    for (int done = 0; done < length; done += CHUNK) {
      int count = Math.min(CHUNK, length - done);
      library.call(library.decodePacked, how, HeapArrays.at(packed, packedOffset + done / 2), HeapArrays.at(values, offset + done), count);
    }
  }

  /** The thread's memory with the conversion in it. */
  private MemorySegment require(Conversion conversion, int input) {
    if (!supports(conversion, input)) {
      throw new IllegalArgumentException(
          conversion + " from " + (input == Fp4jAbi.FLOAT32 ? "float32" : "float64") + ": " + library.name() + " does not have it");
    }
    return HOW.get();
  }

  /** The thread's memory with the format in it. */
  private MemorySegment require(FloatFormat format) {
    if (!supportsDecoding(format)) {
      throw new IllegalArgumentException("format = " + format + ": " + library.name() + " does not decode it");
    }
    return HOW.get();
  }

  private static void requireFourBits(FloatFormat format) {
    if (format.width() > 4) {
      throw new IllegalArgumentException("format = " + format + " has " + format.width() + " bits: expected at most 4 for packed codes");
    }
  }
}
