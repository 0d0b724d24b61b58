package io.github.fp4j.conformance.suite;

import static io.github.fp4j.conformance.suite.FaultyBlocks.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Faults of stochastic rounding and of Hadamard transforms are found: which random bits and which signs an element gets. */
class BlockRandomnessFaultsTest {
  /** Which random bits a call draws: by what rule, from which element on, and how many elements later for each row. */
  private record Draw(StochasticRounding rounding, long first, long rowElements) {}

  @FunctionalInterface
  private interface Drawing {
    Draw of(StochasticRounding rounding, long first, long rowElements);
  }

  /** Draws other random bits than it was asked for. */
  private static FaultyBlocks drawing(Drawing wrong) {
    return new FaultyBlocks() {
      @Override
      public void quantizeStochastic(
          QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long first, long rowElements, FloatRows from, BlockRows to) {
        Draw draw = wrong.of(rounding, first, rowElements);
        right.quantizeStochastic(profile, tensorScale, draw.rounding(), draw.first(), draw.rowElements(), from, to);
      }
    };
  }

  /** Transforms as another one than it was asked for. */
  private static FaultyBlocks transformingAs(UnaryOperator<Hadamard> wrong) {
    return new FaultyBlocks() {
      @Override
      public void hadamard(Hadamard transform, FloatRows rows) {
        right.hadamard(wrong.apply(transform), rows);
      }
    };
  }

  @Test
  void theOtherMappingOfBytesAndElementNumbersOf32BitsAreFound() throws InterruptedException {
    FaultyBlocks otherBytes =
        drawing(
            (rounding, first, rowElements) -> {
              ByteOrder other = rounding.byteOrder() == ByteOrder.PTX ? ByteOrder.ELEMENT : ByteOrder.PTX;
              return new Draw(new StochasticRounding(rounding.arithmetic(), other, rounding.seed(), rounding.offset()), first, rowElements);
            });
    FaultyBlocks intElements = drawing((rounding, first, rowElements) -> new Draw(rounding, first & 0xFFFF_FFFFL, rowElements));
    for (String id : List.of("X9/te-2.15/carry-8-ptx", "X9/te-2.15/carry-8-element", "X9/ocp-mx/fma-8-element")) {
      assertThat(verdict(otherBytes, id)).as(id).isEqualTo(Verdict.MISMATCH);
      assertThat(verdict(intElements, id)).as(id).isEqualTo(Verdict.MISMATCH);
    }
    assertThat(verdict(otherBytes, "X9/te-2.15/carry-32")).isEqualTo(Verdict.PASS); // whole words have no order of bytes
  }

  @Test
  void randomWordsThatStartAtEachRowAreFound() throws InterruptedException {
    FaultyBlocks aligned = drawing((rounding, first, rowElements) -> new Draw(rounding, first / 16 * 16, rowElements / 16 * 16));
    assertThat(verdict(aligned, "X9/te-2.15/carry-8-element")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(aligned, "X9/te-2.15/carry-32")).isEqualTo(Verdict.MISMATCH);
  }

  @Test
  void aHadamardTransformThatIsNotRoundedIsFound() throws InterruptedException {
    FaultyBlocks unrounded = transformingAs(transform -> new Hadamard(transform.size(), transform.signs(), null));
    assertThat(verdict(unrounded, "XH/transformer-engine-16")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(unrounded, "XH/plain-16")).isEqualTo(Verdict.PASS);
  }

  @Test
  void signsThatRepeatEverySixtyFourElementsAreFound() throws InterruptedException {
    FaultyBlocks oneWord =
        transformingAs(
            transform -> new Hadamard(transform.size(), Collections.nCopies(transform.signs().size(), transform.signs().getFirst()), transform.rounding()));
    assertThat(verdict(oneWord, "XH/random-signs-128")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(oneWord, "XH/random-signs-65536")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(oneWord, "XH/random-signs-64")).isEqualTo(Verdict.PASS);
    assertThat(verdict(oneWord, "XH/plain-65536")).isEqualTo(Verdict.PASS);
  }
}
