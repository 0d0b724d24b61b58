package io.github.fp4j.conformance.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  @TempDir Path folder;

  private static Tensor fixture(String name) throws IOException {
    return Fixtures.parse(name).tensors().get("");
  }

  @Test
  void readsVersion1() throws IOException {
    Tensor tensor = fixture("v1_f4_2x3.npy");
    assertThat(tensor.shape()).containsExactly(2, 3);
    assertThat(tensor.toFloats()).containsExactly(0.5f, -1.5f, 6, -0.0f, Float.POSITIVE_INFINITY, 1e-40f);
  }

  @Test
  void readsVersion2() throws IOException {
    Tensor tensor = fixture("v2_u1_5.npy");
    assertThat(tensor.shape()).containsExactly(5);
    assertThat(tensor.toBytes()).containsExactly(0, 1, 127, 128, 255);
  }

  @Test
  void readsVersion3() throws IOException {
    Tensor tensor = fixture("v3_i8_2x1x2.npy");
    assertThat(tensor.type()).isEqualTo(DataType.I64);
    assertThat(tensor.shape()).containsExactly(2, 1, 2);
    assertThat(tensor.data().toArray(ValueLayout.JAVA_LONG_UNALIGNED)).containsExactly(-1, 2, 3, -(1L << 62));
  }

  @Test
  void readsAScalar() throws IOException {
    Tensor tensor = fixture("scalar_f8.npy");
    assertThat(tensor.shape()).isEmpty();
    assertThat(tensor.data().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0)).isEqualTo(2.5);
  }

  @Test
  void readsAnEmptyArray() throws IOException {
    Tensor tensor = fixture("empty_f2_3x0.npy");
    assertThat(tensor.type()).isEqualTo(DataType.F16);
    assertThat(tensor.shape()).containsExactly(3, 0);
    assertThat(tensor.data().byteSize()).isZero();
  }

  @Test
  void refusesWhatItDoesNotRead() {
    assertThatIOException().isThrownBy(() -> fixture("fortran_f4_2x3.npy"))
        .withMessage("fortran_f4_2x3.npy: fortran_order True: expected C order (numpy.ascontiguousarray)");
    assertThatIOException().isThrownBy(() -> fixture("big_endian_f4_2.npy"))
        .withMessage("big_endian_f4_2.npy: descr '>f4' is big-endian: expected little-endian, '<' for '>' (astype in numpy)");
    assertThatIOException().isThrownBy(() -> fixture("objects.npy")).withMessageStartingWith("objects.npy: descr '|O': expected one of <f8 <f4 <f2 ");
    assertThatIOException().isThrownBy(() -> fixture("structured.npy")).withMessageContaining("structured.npy: the npy header has no usable 'descr'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1_f4_2x3.npy", "scalar_f8.npy", "empty_f2_3x0.npy", "bool_3.npy"})
  void writesTheBytesThatNumpyWrites(String name) throws IOException {
    Path file = folder.resolve(name);
    Npy.write(file, fixture(name));
    assertThat(Files.readAllBytes(file)).isEqualTo(Fixtures.bytes(name));
  }

  @Test
  void writesInPieces() throws IOException {
    Path file = folder.resolve("pieces.npy");
    TensorInfo info = new TensorInfo("codes", DataType.U8, 3, 4);
    try (TensorWriter writer = Npy.create(file, info)) {
      writer.append("codes", MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5}));
      writer.append("codes", MemorySegment.ofArray(new byte[] {6, 7, 8, 9, 10, 11, 12}));
      writer.commit();
    }
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Npy.map(file, arena);
      assertThat(tensor.shape()).containsExactly(3, 4);
      assertThat(tensor.toBytes()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }
  }

  @Test
  void numpyHasNoBfloat16() {
    Tensor tensor = new Tensor("", DataType.BF16, new long[] {1}, MemorySegment.ofArray(new byte[2]));
    assertThatIllegalArgumentException().isThrownBy(() -> Npy.write(folder.resolve("x.npy"), tensor)).withMessageStartingWith("type = BF16: npy has no such type");
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | 7 | shape [2] of F32 does not fit the 7 bytes of data",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | 9 | shape [2] of F32 does not fit the 9 bytes of data",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), } | 8 | shape [4611686018427387904, 4] of F32 does not fit",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), } | 8 | shape extent '99999999999999999999': expected 0 to",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,2), } | 8 | shape extent ''",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), } | 8 | no usable 'shape'",
        "{'descr': '<f4', 'shape': (2,), } | 8 | no usable 'fortran_order'",
        "{'descr': '<V2', 'fortran_order': False, 'shape': (2,), } | 4 | descr '<V2': expected one of"
      })
  void refusesABadHeader(String header, int dataBytes, String message) {
    assertThatIOException().isThrownBy(() -> Fixtures.parse("a.npy", Fixtures.npy(header, dataBytes))).withMessageStartingWith("a.npy: ").withMessageContaining(message);
  }

  @Test
  void refusesAnotherVersionAndAHeaderPastTheEnd() throws IOException {
    byte[] bytes = Fixtures.bytes("v2_u1_5.npy");
    bytes[6] = 4;
    assertThatIOException().isThrownBy(() -> Fixtures.parse("a.npy", bytes)).withMessage("a.npy: npy version 4.0: expected 1.0, 2.0 or 3.0");
    bytes[6] = 2;
    bytes[11] = (byte) 0xFF;
    assertThatIOException().isThrownBy(() -> Fixtures.parse("a.npy", bytes)).withMessageMatching("a.npy: header length 4 278 190 \\d+ runs past the end .*");
  }
}
