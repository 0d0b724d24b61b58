package io.github.fp4j.conformance.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatElementsTest {
  private final FloatElements elements = new FloatElements();

  private float[] readAll(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.elementCount())];
    elements.read(tensor, 0, values, 0, values.length);
    return values;
  }

  private static Tensor of(DataType type, short[] bits) {
    byte[] bytes = new byte[2 * bits.length];
    for (int i = 0; i < bits.length; i++) {
      bytes[2 * i] = (byte) bits[i];
      bytes[2 * i + 1] = (byte) (bits[i] >> 8);
    }
    return new Tensor("", type, new long[] {bits.length}, MemorySegment.ofArray(bytes));
  }

  @Test
  void readsWhatTheLibraryWrote() throws IOException {
    TensorFile file = Fixtures.parse("all_types.safetensors");
    assertThat(readAll(file.tensors().get("f64"))).containsExactly(0.1f, -2);
    assertThat(readAll(file.tensors().get("f32"))).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(readAll(file.tensors().get("f16"))).containsExactly(1, -2, 65504);
    assertThat(readAll(file.tensors().get("bf16"))).containsExactly(1, -2, Float.POSITIVE_INFINITY, 0x1p-133f);
  }

  /** All 65536 codes of both 16-bit types, through float32 and back. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyCodeComesBack(DataType type) {
    short[] codes = new short[1 << 16];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) i;
    }
    float[] values = readAll(of(type, codes));
    MemorySegment back = MemorySegment.ofArray(new byte[2 * codes.length]);
    elements.write(type, values, 0, values.length, back, 0);
    int compared = 0;
    for (int i = 0; i < codes.length; i++) {
      int code = back.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i) & 0xFFFF;
      int quietBit = type == DataType.F16 ? 0x200 : 0x40;
      assertThat(code).as("code %04x, value %s", i, values[i]).isEqualTo(Float.isNaN(values[i]) ? i | quietBit : i);
      compared++;
    }
    assertThat(compared).isEqualTo(65536);
  }

  @Test
  void bfloat16IsTheTopHalfOfAFloat() {
    float[] values = readAll(of(DataType.BF16, new short[] {(short) 0x8000, 0x4049, (short) 0xFF80, 0x7FC1}));
    assertThat(Arrays.stream(bits(values)).boxed()).containsExactly(0x8000_0000, 0x4049_0000, 0xFF80_0000, 0x7FC1_0000);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  @Test
  void roundsToNearestEven() {
    assertThat(rounded(DataType.BF16, 0x3F80_8000, 0x3F81_8000, 0x3F80_8001, 0x3F80_7FFF, 0x7F7F_FFFF, 0x7F7F_7FFF, 0x8000_8000, 0x7F80_0001, 0xFFFF_FFFF))
        .containsExactly(0x3F80, 0x3F82, 0x3F81, 0x3F80, 0x7F80, 0x7F7F, 0x8000, 0x7FC0, 0xFFFF);
    assertThat(rounded(
            DataType.F16, Float.floatToRawIntBits(65519.996f), Float.floatToRawIntBits(65520), Float.floatToRawIntBits(0x1p-25f),
            Float.floatToRawIntBits(0x1.8p-24f), Float.floatToRawIntBits(0x1.002p0f), Float.floatToRawIntBits(-0.0f)))
        .containsExactly(0x7BFF, 0x7C00, 0, 2, 0x3C00, 0x8000);
  }

  private int[] rounded(DataType type, int... floatBits) {
    float[] values = new float[floatBits.length];
    MemorySegment.copy(floatBits, 0, MemorySegment.ofArray(values), ValueLayout.JAVA_INT, 0, floatBits.length);
    MemorySegment target = MemorySegment.ofArray(new byte[2 * floatBits.length]);
    elements.write(type, values, 0, values.length, target, 0);
    return IntStream.range(0, floatBits.length).map(i -> target.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i) & 0xFFFF).toArray();
  }

  /** Pieces larger than the scratch, at odd places of both sides, in native memory. */
  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "F16", "BF16"})
  void anyPieceIsTheSameAsTheWhole(DataType type) {
    int count = 20_011;
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i % 257 - 128;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(type.byteSize(count) + 1).asSlice(1);
      elements.write(type, values, 0, 7, data, 0);
      elements.write(type, values, 7, count - 7, data, type.byteSize(7));
      Tensor tensor = new Tensor("", type, new long[] {count}, data);
      assertThat(readAll(tensor)).isEqualTo(values);
      float[] piece = new float[count];
      elements.read(tensor, 11, piece, 5, 17_000);
      assertThat(Arrays.copyOfRange(piece, 5, 17_005)).isEqualTo(Arrays.copyOfRange(values, 11, 17_011));
      assertThat(piece[4]).isZero();
      assertThat(piece[17_005]).isZero();
      assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> elements.read(tensor, count - 1, piece, 0, 2));
    }
  }

  @Test
  void refusesOtherTypes() {
    Tensor tensor = Tensor.ofBytes("codes", new byte[4], 4);
    assertThat(FloatElements.supports(DataType.U8)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> elements.read(tensor, 0, new float[4], 0, 4))
        .withMessage("type = U8: expected F64, F32, F16 or BF16");
  }
}
