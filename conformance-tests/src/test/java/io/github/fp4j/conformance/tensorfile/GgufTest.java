package io.github.fp4j.conformance.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTest {
  @TempDir Path folder;

  @Test
  void readsTheMetadataThatTheLibraryWrote() throws IOException {
    Map<String, MetadataValue> metadata = Fixtures.parse("all_types.gguf").metadata();
    assertThat(metadata).containsEntry("general.architecture", new MetadataValue.Text("fixture"))
        .containsEntry("general.alignment", new MetadataValue.Whole(MetadataType.UINT32, 64))
        .containsEntry("u8", new MetadataValue.Whole(MetadataType.UINT8, 200))
        .containsEntry("i8", new MetadataValue.Whole(MetadataType.INT8, -100))
        .containsEntry("u16", new MetadataValue.Whole(MetadataType.UINT16, 60000))
        .containsEntry("i16", new MetadataValue.Whole(MetadataType.INT16, -30000))
        .containsEntry("u32", new MetadataValue.Whole(MetadataType.UINT32, 4000000000L))
        .containsEntry("i32", new MetadataValue.Whole(MetadataType.INT32, -2000000000))
        .containsEntry("u64", new MetadataValue.Whole(MetadataType.UINT64, -1))
        .containsEntry("i64", new MetadataValue.Whole(MetadataType.INT64, -(1L << 62)))
        .containsEntry("f32", new MetadataValue.Real(MetadataType.FLOAT32, 1.5))
        .containsEntry("f64", new MetadataValue.Real(MetadataType.FLOAT64, 0.1))
        .containsEntry("flag", new MetadataValue.Flag(true))
        .containsEntry("text", new MetadataValue.Text("sn\u2603w"));
    assertThat(metadata.get("u64")).hasToString("18446744073709551615");
    assertThat(metadata.get("tokens")).hasToString("[<s>, , \u2581a, ... 4 in all]");
    assertThat((MetadataValue.Array) metadata.get("tokens")).extracting(Object::toString).containsExactly("<s>", "", "\u2581a", "b");
    assertThat((MetadataValue.Array) metadata.get("scores")).extracting(Object::toString).containsExactly("0.5", "-1.0", "2.0");
    assertThat((MetadataValue.Array) metadata.get("counts")).containsExactly(
        new MetadataValue.Whole(MetadataType.INT32, 1), new MetadataValue.Whole(MetadataType.INT32, -2), new MetadataValue.Whole(MetadataType.INT32, 3));
    assertThat(metadata).hasSize(17);
  }

  @Test
  void readsTheTensorsThatTheLibraryWrote() throws IOException {
    TensorFile file = Fixtures.parse("all_types.gguf");
    assertThat(file.format()).isEqualTo(FileFormat.GGUF);
    assertThat(file.infos().stream().map(TensorInfo::toString)).containsExactly(
        "a.f32 F32[2, 3]", "a.f16 F16[1, 2]", "a.bf16 BF16[3]", "blk.0.up.weight NVFP4[2, 128]", "blk.0.up.scale F32[1]",
        "blk.0.down.weight MXFP4[3, 64]", "a.q8_0 Q8_0[32]");
    assertThat(file.tensors().get("a.f32").toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(bytes(file, "blk.0.up.weight")).isEqualTo(Fixtures.pattern(144, 37));
    assertThat(bytes(file, "blk.0.down.weight")).isEqualTo(Fixtures.pattern(102, 11));
    assertThat(bytes(file, "a.q8_0")).isEqualTo(Fixtures.pattern(34, 37));
  }

  private static byte[] bytes(TensorFile file, String tensor) {
    return file.tensors().get(tensor).data().toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void writesTheBytesThatTheLibraryWrites() throws IOException {
    TensorFile source = Fixtures.parse("all_types.gguf");
    Path copy = folder.resolve("copy.gguf");
    try (TensorWriter writer = Gguf.create(copy, source.metadata(), source.infos())) {
      for (Tensor tensor : source.tensors().values()) {
        writer.append(tensor);
      }
      writer.commit();
    }
    assertThat(Files.readAllBytes(copy)).isEqualTo(Fixtures.bytes("all_types.gguf"));
  }

  /** {@code ggml_type}, {@code ggml_blck_size} and {@code ggml_type_size} of libggml-base (llama.cpp of mid-2026). */
  @Test
  void blockSizesAreThoseOfGgml() {
    assertThat(DataType.byGgmlId(39)).contains(DataType.MXFP4);
    assertThat(DataType.byGgmlId(40)).contains(DataType.NVFP4);
    assertThat(DataType.byGgmlId(30)).contains(DataType.BF16);
    assertThat(DataType.NVFP4.byteSize(64)).isEqualTo(36);
    assertThat(DataType.MXFP4.byteSize(32)).isEqualTo(17);
    assertThat(DataType.Q6_K.byteSize(512)).isEqualTo(420);
    assertThat(DataType.byGgmlId(4)).isEmpty();
    assertThat(DataType.byGgmlId(-1)).isEmpty();
  }

  @Test
  void arraysOfEveryKindComeBack() throws IOException {
    MetadataValue.Array inner = MetadataValue.Array.of(MetadataType.INT8, List.of(new MetadataValue.Whole(MetadataType.INT8, -7)));
    Map<String, MetadataValue> metadata = new LinkedHashMap<>();
    metadata.put("nested", MetadataValue.Array.of(MetadataType.ARRAY, List.of(inner, inner)));
    metadata.put("flags", MetadataValue.Array.of(MetadataType.BOOL, List.of(new MetadataValue.Flag(true), new MetadataValue.Flag(false))));
    metadata.put("texts", MetadataValue.Array.ofTexts(List.of("a", "", "\u2603")));
    metadata.put("empty", MetadataValue.Array.of(MetadataType.STRING, List.of()));
    Path file = folder.resolve("arrays.gguf");
    try (TensorWriter writer = Gguf.create(file, metadata, List.of())) {
      writer.commit();
    }
    TensorFile read = Fixtures.parse("arrays.gguf", Files.readAllBytes(file));
    assertThat(read.metadata().keySet()).containsExactly("nested", "flags", "texts", "empty");
    assertThat(read.metadata().get("nested")).hasToString("[[-7], [-7]]");
    assertThat(read.metadata().get("flags")).hasToString("[true, false]");
    assertThat(read.metadata().get("texts")).hasToString("[a, , \u2603]");
    assertThat(read.metadata().get("empty")).hasToString("[]");
    assertThat(read.tensors()).isEmpty();
  }

  /** A version 3 file in pieces, each of which a test can put wrong. */
  private static byte[] file(Consumer<GgufEncoder> body) {
    GgufEncoder encoder = new GgufEncoder();
    encoder.putBytes(Gguf.MAGIC);
    body.accept(encoder);
    return encoder.toByteArray();
  }

  private static void putCounts(GgufEncoder encoder, long tensors, long keys) {
    encoder.putInteger(3, 4);
    encoder.putInteger(tensors, 8);
    encoder.putInteger(keys, 8);
  }

  private static void putTensor(GgufEncoder encoder, String name, long[] dimensions, int type, long offset) {
    encoder.putString(name);
    encoder.putInteger(dimensions.length, 4);
    for (long dimension : dimensions) {
      encoder.putInteger(dimension, 8);
    }
    encoder.putInteger(type, 4);
    encoder.putInteger(offset, 8);
  }

  private static void assertRefused(Consumer<GgufEncoder> body, String message) {
    assertThatIOException().isThrownBy(() -> Fixtures.parse("m.gguf", file(body))).withMessageStartingWith("m.gguf: ").withMessageContaining(message);
  }

  private static void assertTensorRefused(long[] dimensions, int type, long offset, String message) {
    assertRefused(
        encoder -> {
          putCounts(encoder, 1, 0);
          putTensor(encoder, "w", dimensions, type, offset);
          encoder.padTo(32);
          encoder.putBytes(new byte[64]);
        },
        "tensor \"w\": " + message);
  }

  private static void assertKeyRefused(Consumer<GgufEncoder> value, String message) {
    assertRefused(
        encoder -> {
          putCounts(encoder, 0, 1);
          encoder.putString("general.alignment");
          value.accept(encoder);
        },
        message);
  }

  @Test
  void refusesABadHeader() {
    assertRefused(encoder -> encoder.putInteger(1, 4), "version 1: expected 2 or 3");
    assertRefused(encoder -> encoder.putInteger(3 << 24, 4), "version 50331648: expected 2 or 3 (this file is big-endian)");
    assertRefused(encoder -> encoder.putInteger(3, 4), "tensor_count: runs past the end of the file (8 bytes)");
    assertRefused(encoder -> putCounts(encoder, -1, 0), "tensor_count 18 446 744 073 709 551 615: expected at most 1 048 576");
    assertRefused(encoder -> putCounts(encoder, 0, 1 << 21), "metadata_kv_count 2 097 152: expected at most 1 048 576");
    assertRefused(encoder -> putCounts(encoder, 0, 1), "metadata key 0 length: runs past the end of the file (24 bytes)");
  }

  @Test
  void refusesABadMetadataValue() {
    assertKeyRefused(e -> e.putInteger(13, 4), "metadata \"general.alignment\" type 13: expected 0 to 12");
    assertKeyRefused(e -> {
      e.putInteger(7, 4);
      e.putInteger(2, 1);
    }, "metadata \"general.alignment\": boolean 2, expected 0 or 1");
    assertKeyRefused(e -> {
      e.putInteger(8, 4);
      e.putInteger(1L << 62, 8);
    }, "metadata \"general.alignment\" length 4 611 686 018 427 387 904 runs past the end");
    assertKeyRefused(e -> {
      e.putInteger(9, 4);
      e.putInteger(4, 4);
      e.putInteger(1L << 62, 8);
    }, "element count 4 611 686 018 427 387 904 runs past the end");
    assertKeyRefused(e -> {
      e.putInteger(9, 4);
      for (int i = 0; i < 5; i++) {
        e.putInteger(9, 4);
        e.putInteger(1, 8);
      }
    }, "an array nested more than 4 levels deep");
    assertKeyRefused(e -> {
      e.putInteger(8, 4);
      e.putInteger(1, 8);
      e.putInteger(0xC3, 1);
    }, "metadata \"general.alignment\": not UTF-8");
    assertKeyRefused(e -> {
      e.putInteger(4, 4);
      e.putInteger(48, 4);
    }, "general.alignment 48 (UINT32): expected a UINT32 power of two up to 2^20");
    assertKeyRefused(e -> {
      e.putInteger(10, 4);
      e.putInteger(32, 8);
    }, "general.alignment 32 (UINT64): expected a UINT32 power of two up to 2^20");
  }

  @Test
  void refusesABadTensor() {
    assertTensorRefused(new long[] {17}, 0, 0, "offset 0 and 68 bytes end past the file (64 bytes of data)");
    assertTensorRefused(new long[] {1}, 0, 128, "offset 128 and 4 bytes end past the file (64 bytes of data)");
    assertTensorRefused(new long[] {1}, 0, 4, "offset 4: expected a multiple of the alignment, 32");
    assertTensorRefused(new long[] {1}, 0, -32, "offset 18 446 744 073 709 551 584: expected a multiple");
    assertTensorRefused(new long[] {1}, 4, 0, "type 4: expected one of 28 (F64) 0 (F32)");
    assertTensorRefused(new long[] {1, 1, 1, 1, 1}, 0, 0, "n_dimensions 5: expected at most 4");
    assertTensorRefused(new long[] {1L << 62, 4}, 0, 0, "dimensions: shape [4, 4611686018427387904]: its elements exceed 2^63");
    assertTensorRefused(new long[] {-1}, 0, 0, "dimensions: shape [-1]: expected no negative extent");
    assertTensorRefused(new long[] {32, 2}, 40, 0, "dimensions: shape [2, 32] of NVFP4: expected a last extent that is a multiple of 64");
  }

  @Test
  void refusesTensorsThatOverlapOrShareAName() {
    assertRefused(encoder -> {
      putCounts(encoder, 2, 0);
      putTensor(encoder, "a", new long[] {16}, 0, 0);
      putTensor(encoder, "b", new long[] {1}, 0, 32);
      encoder.padTo(32);
      encoder.putBytes(new byte[64]);
    }, "tensor \"b\": offset 32 overlaps tensor \"a\", which ends at 64");
    assertRefused(encoder -> {
      putCounts(encoder, 2, 0);
      putTensor(encoder, "a", new long[] {1}, 0, 0);
      putTensor(encoder, "a", new long[] {1}, 0, 32);
      encoder.padTo(32);
      encoder.putBytes(new byte[64]);
    }, "tensor \"a\": is there twice");
  }

  @Test
  void tokensThatAreNoTextAreCopiedAsTheyAre() {
    byte[] file = file(encoder -> {
      putCounts(encoder, 0, 1);
      encoder.putString("tokens");
      encoder.putInteger(MetadataType.ARRAY.id(), 4);
      encoder.putInteger(MetadataType.STRING.id(), 4);
      encoder.putInteger(1, 8);
      encoder.putInteger(1, 8);
      encoder.putInteger(0xFF, 1);
    });
    MetadataValue.Array tokens = (MetadataValue.Array) assertParses(file).metadata().get("tokens");
    assertThat(tokens).containsExactly(new MetadataValue.Text("\ufffd"));
    assertThat(tokens.bytes().toArray(ValueLayout.JAVA_BYTE)).endsWith(0xFF);
  }

  private static TensorFile assertParses(byte[] bytes) {
    try {
      return TensorFile.parse("m.gguf", MemorySegment.ofArray(bytes));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesToWriteWhatGgmlCannotLoad() {
    Path file = folder.resolve("x.gguf");
    assertThatIllegalArgumentException().isThrownBy(() -> Gguf.create(file, Map.of(), List.of(new TensorInfo("w", DataType.F8_E4M3, 1))))
        .withMessage("tensor \"w\": GGUF has no type F8_E4M3");
    assertThatIllegalArgumentException().isThrownBy(() -> Gguf.create(file, Map.of(), List.of(new TensorInfo("w", DataType.F32, 1, 1, 1, 1, 1))))
        .withMessage("tensor \"w\" has 5 extents: GGUF has at most 4");
    assertThatIllegalArgumentException().isThrownBy(() -> Gguf.create(file, Map.of(), List.of(new TensorInfo("w".repeat(64), DataType.F32, 1))))
        .withMessageContaining("its name has more than 63 bytes");
    Map<String, MetadataValue> odd = Map.of("general.alignment", new MetadataValue.Whole(MetadataType.UINT32, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Gguf.create(file, odd, List.of())).withMessageContaining("general.alignment = 0 (UINT32)");
    assertThatIllegalArgumentException().isThrownBy(() -> new MetadataValue.Whole(MetadataType.UINT8, 256)).withMessage("value = 256: does not fit UINT8");
    assertThatIllegalArgumentException().isThrownBy(() -> new MetadataValue.Real(MetadataType.FLOAT32, 0.1)).withMessage("value = 0.1: does not fit FLOAT32");
    assertThat(folder).isEmptyDirectory();
  }
}
