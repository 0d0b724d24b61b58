package io.github.fp4j.conformance.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void readsWhatTheLibraryWrote() throws IOException {
    TensorFile file = Fixtures.parse("all_types.safetensors");
    assertThat(file.format()).isEqualTo(FileFormat.SAFETENSORS);
    assertThat(file.metadata()).containsExactlyInAnyOrderEntriesOf(
        Map.of("format", new MetadataValue.Text("pt"), "note", new MetadataValue.Text("quote \" and \\ and \u2603")));
    assertThat(file.infos().stream().map(TensorInfo::toString)).containsExactly(
        "i64 I64[]", "f64 F64[2]", "empty F32[0, 4]", "f32 F32[2, 3]", "bf16 BF16[2, 2]", "f16 F16[3]", "e8m0 F8_E8M0[4]", "e4m3 F8_E4M3[4]",
        "e5m2 F8_E5M2[4]", "u8 U8[7]", "f4 F4[2, 8]", "caf\u00e9 \u2603 BOOL[2]");
    assertThat(file.tensor("f32").orElseThrow().toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(file.tensor("u8").orElseThrow().toBytes()).isEqualTo(Fixtures.pattern(7, 37));
    assertThat(file.tensor("f4").orElseThrow().data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Fixtures.pattern(8, 37));
    assertThat(file.tensor("i64").orElseThrow().data().get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(-5);
    assertThat(file.tensor("absent")).isEmpty();
  }

  @Test
  void writesTheBytesThatTheLibraryWrites() throws IOException {
    TensorFile source = Fixtures.parse("all_types.safetensors");
    Map<String, String> metadata = new LinkedHashMap<>();
    source.metadata().forEach((key, value) -> metadata.put(key, value.toString()));
    Path copy = folder.resolve("copy.safetensors");
    try (TensorWriter writer = Safetensors.create(copy, metadata, source.infos())) {
      for (Tensor tensor : source.tensors().reversed().values()) { // the order of supply does not matter
        writer.append(tensor);
      }
      writer.commit();
    }
    assertThat(Files.readAllBytes(copy)).isEqualTo(Fixtures.bytes("all_types.safetensors"));
  }

  @Test
  void laysTensorsOutSoThatTheyAreAligned() throws IOException {
    List<TensorInfo> tensors =
        List.of(
            new TensorInfo("codes", DataType.U8, 3), new TensorInfo("scale", DataType.F32), new TensorInfo("half", DataType.BF16, 1),
            new TensorInfo("packed", DataType.F6_E2M3, 4), new TensorInfo("wide", DataType.F64, 1));
    Path file = folder.resolve("aligned.safetensors");
    try (TensorWriter writer = Safetensors.create(file, Map.of(), tensors)) {
      for (TensorInfo tensor : tensors) {
        writer.append(Tensor.of(tensor, MemorySegment.ofArray(new byte[(int) tensor.byteSize()])));
      }
      writer.commit();
    }
    try (Arena arena = Arena.ofConfined()) {
      TensorFile read = TensorFile.open(file, arena);
      assertThat(read.tensors().keySet()).containsExactly("wide", "scale", "half", "codes", "packed");
      for (Tensor tensor : read.tensors().values()) {
        if (tensor.type().unitElements() == 1) {
          assertThat(tensor.data().address() % tensor.type().unitBytes()).as(tensor.name()).isZero();
        }
      }
    }
  }

  @Test
  void readsBeyondTwoGigabytes() throws IOException {
    long length = (1L << 31) + 4096;
    byte[] header = Fixtures.safetensors("{\"big\":{\"dtype\":\"U8\",\"shape\":[" + length + "],\"data_offsets\":[0," + length + "]}}", 0);
    Path path = folder.resolve("big.safetensors"); // sparse
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(header);
      file.seek(header.length + length - 1);
      file.write(0x5A);
    }
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = TensorFile.open(path, arena).tensors().get("big");
      assertThat(tensor.data().byteSize()).isEqualTo(length);
      assertThat(tensor.data().get(ValueLayout.JAVA_BYTE, length - 1)).isEqualTo((byte) 0x5A);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 4 | tensor \"w\": data_offsets [0, 8] end past the file (4 bytes of data)",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 9 | data_offsets cover 8 bytes: expected all 9 bytes of data",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | 12 | tensor \"w\": data_offsets [4, 12] leave a hole: expected to begin at 0",
        "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'b':{'dtype':'U8','shape':[4],'data_offsets':[2,6]}} | 6 "
            + "| tensor \"b\": data_offsets [2, 6] overlap those of tensor \"a\", which end at 4",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,7]}} | 7 | tensor \"w\": data_offsets [0, 7] span 7 bytes: expected 8 for F32 of shape [2]",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | 8 | tensor \"w\": data_offsets [8, 0]: expected [begin, end]",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,4,8]}} | 8 | tensor \"w\": data_offsets [0, 4, 8]: expected [begin, end]",
        "{'w':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}} | 8 "
            + "| tensor \"w\": shape: shape [4611686018427387904, 4]: its elements exceed 2^63",
        "{'w':{'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,8]}} | 8 | 4611686018427387904 elements of F32: their bytes exceed 2^63",
        "{'w':{'dtype':'U8','shape':[99999999999999999999],'data_offsets':[0,8]}} | 8 | tensor \"w\": shape: 99999999999999999999, expected 0 to",
        "{'w':{'dtype':'U8','shape':[-1],'data_offsets':[0,8]}} | 8 | tensor \"w\": shape: -1, expected 0 to",
        "{'w':{'dtype':'U8','shape':[8.0],'data_offsets':[0,8]}} | 8 | tensor \"w\": shape: found a fraction, expected a whole number",
        "{'w':{'dtype':'F4','shape':[3],'data_offsets':[0,2]}} | 2 | tensor \"w\": shape: 3 elements of F4: expected a multiple of 2",
        "{'w':{'dtype':'F33','shape':[2],'data_offsets':[0,8]}} | 8 | tensor \"w\": dtype \"F33\": expected one of F64 F32 F16 BF16",
        "{'w':{'dtype':'NVFP4','shape':[64],'data_offsets':[0,36]}} | 36 | tensor \"w\": dtype \"NVFP4\": expected one of",
        "{'w':{'shape':[2],'data_offsets':[0,8]}} | 8 | tensor \"w\": dtype is missing",
        "{'w':{'dtype':'U8','data_offsets':[0,8]}} | 8 | tensor \"w\": shape is missing",
        "{'w':{'dtype':'U8','shape':[8]}} | 8 | tensor \"w\": data_offsets is missing",
        "{'w':{'dtype':'U8','dtype':'U8','shape':[8],'data_offsets':[0,8]}} | 8 | tensor \"w\": dtype is there twice",
        "{'w':{'dtype':'U8','shape':[8],'data_offsets':[0,8],'strides':[1]}} | 8 | tensor \"w\": field \"strides\": expected dtype, shape and data_offsets only",
        "{'w':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},'w':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}} | 0 | tensor \"w\": is there twice",
        "{'w':[1]} | 0 | tensor \"w\": found a JSON array, expected a JSON object",
        "{'__metadata__':{'a':1}} | 0 | __metadata__ \"a\": found a whole number, expected a string",
        "{'__metadata__':{'a':'x','a':'y'}} | 0 | __metadata__ \"a\" is there twice",
        "{'__metadata__':null} | 0 | __metadata__: found null, expected a JSON object",
        "{'w':{'dtype':'U8','shape':[[[[[1]]]]],'data_offsets':[0,8]}} | 8 | tensor \"w\": shape: found a JSON array, expected a whole number",
        "{} {} | 0 | header: goes on after its closing brace",
        "{'w' | 0 | header: not valid JSON"
      })
  void refusesABadHeader(String header, int dataBytes, String message) {
    byte[] bytes = Fixtures.safetensors(header.replace('\'', '"'), dataBytes);
    assertThatIOException().isThrownBy(() -> Fixtures.parse("m.safetensors", bytes)).withMessageStartingWith("m.safetensors: ").withMessageContaining(message);
  }

  @Test
  void refusesABadLengthAndBadText() {
    byte[] bytes = Fixtures.safetensors("{\"__metadata__\":{\"a\":\"xx\"}}", 0);
    bytes[22] = (byte) 0xFF;
    assertThatIOException().isThrownBy(() -> Fixtures.parse("m", bytes)).withMessageStartingWith("m: header: not UTF-8");
    bytes[1] = 1;
    assertThatIOException().isThrownBy(() -> Fixtures.parse("m", bytes)).withMessage("m: header length 283 runs past the end of the file (35 bytes)");
    bytes[7] = (byte) 0x80;
    assertThatIOException().isThrownBy(() -> Fixtures.parse("m", bytes))
        .withMessage("m: header length 9 223 372 036 854 776 091: expected at most 100 000 000");
  }

  @Test
  void namesFromTheFileCannotSteerATerminal() {
    byte[] bytes = Fixtures.safetensors("{\"\\u001b[2J\\n\":3}", 0);
    assertThatIOException().isThrownBy(() -> Fixtures.parse("m", bytes))
        .withMessage("m: tensor \"\\u001b[2J\\u000a\": found a whole number, expected a JSON object");
  }

  @Test
  void refusesToWriteWhatTheFormatCannotHold() {
    Path file = folder.resolve("x.safetensors");
    TensorInfo weight = new TensorInfo("w", DataType.U8, 1);
    assertThatIllegalArgumentException().isThrownBy(() -> Safetensors.create(file, Map.of(), List.of(weight, weight))).withMessage("tensor \"w\" is declared twice");
    assertThatIllegalArgumentException().isThrownBy(() -> Safetensors.create(file, Map.of(), List.of(new TensorInfo("w", DataType.NVFP4, 64))))
        .withMessage("tensor \"w\": safetensors has no type NVFP4");
    assertThatIllegalArgumentException().isThrownBy(() -> Safetensors.create(file, Map.of(), List.of(new TensorInfo("__metadata__", DataType.U8))))
        .withMessageContaining("__metadata__");
    assertThatIllegalArgumentException().isThrownBy(() -> Safetensors.create(file, Map.of(), List.of(new TensorInfo("\ud800", DataType.U8))))
        .withMessage("tensor \"\\ud800\": its name has an unpaired surrogate");
    assertThat(folder).isEmptyDirectory();
  }
}
