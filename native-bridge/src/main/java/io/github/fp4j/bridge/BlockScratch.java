package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The native memory of one thread for what a call is told beside its arrays, and for the figures that it gives. */
final class BlockScratch {
  private static final ThreadLocal<BlockScratch> OF_THREAD = ThreadLocal.withInitial(BlockScratch::new);

  final MemorySegment profile;
  final MemorySegment stochastic;
  final MemorySegment amax;
  final MemorySegment figures;
  private @Nullable QuantizationProfile written;

  private BlockScratch() {
    Arena arena = Arena.ofAuto(); // freed after its thread
    profile = arena.allocate(Fp4jBlocksAbi.PROFILE_BYTES, 8);
    stochastic = arena.allocate(Fp4jBlocksAbi.STOCHASTIC_BYTES, 8);
    amax = arena.allocate(JAVA_FLOAT);
    figures = arena.allocate(Fp4jBlocksAbi.FIGURES_BYTES, 8);
  }

  /** The thread's memory with the profile in it. */
  static BlockScratch with(QuantizationProfile profile) {
    BlockScratch scratch = OF_THREAD.get();
    if (scratch.written != profile) {
      Fp4jBlocksAbi.write(profile, scratch.profile);
      scratch.written = profile;
    }
    return scratch;
  }
}
