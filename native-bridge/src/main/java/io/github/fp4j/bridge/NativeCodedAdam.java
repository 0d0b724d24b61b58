package io.github.fp4j.bridge;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.bridge.Fp4jLibrary.Function;
import io.github.fp4j.bridge.internal.sys.Fp4jOptimAbi;
import java.lang.foreign.MemorySegment;

/** {@link CodedAdam} of a library with {@code fp4j_optim_adam_blocks}; see {@link NativeOptimizers}. */
final class NativeCodedAdam implements CodedAdam {
  /** Elements of one call, whose time the garbage collector may have to wait: tens of microseconds. */
  private static final int PIECE = 16 * OptimizerKernels.CHUNK;

  private final Fp4jLibrary library;
  private final Function function;

  NativeCodedAdam(Fp4jLibrary library, Function function) {
    this.library = library;
    this.function = function;
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
    int size = first.format().blockSize();
    CodedAdam.check(first, second, from, length);
    ArrayRanges.check(parameters, parametersOffset, gradient, gradientOffset, length);
    MemorySegment how = NativeOptimizers.write(coefficients);
    for (int done = 0; done < length; done += PIECE) {
      int at = from + done;
      int count = Math.min(PIECE, length - done);
      library.check(
          function,
          Fp4jOptimAbi.adamBlocks(
              function.address(),
              how,
              size,
              HeapArrays.at(parameters, parametersOffset + done),
              HeapArrays.at(gradient, gradientOffset + done),
              NativeOptimizers.codebook(first.format().codebook()),
              codes(first, at),
              HeapArrays.at(first.scales(), at / size),
              NativeOptimizers.codebook(second.format().codebook()),
              codes(second, at),
              HeapArrays.at(second.scales(), at / size),
              count));
    }
  }

  private static MemorySegment codes(Moment moment, int element) {
    return HeapArrays.at(moment.packed(), moment.format().codebook().bytes(element));
  }
}
