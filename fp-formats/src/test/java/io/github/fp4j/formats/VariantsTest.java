package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The catalogue against the measured disagreements of the survey of implementations, section m, tables 1 and 2. */
class VariantsTest {
  private static final float MINUS_NAN = Float.intBitsToFloat(0xFFC00000);

  /** Table 1. A cell is a code in hex; "x" where the stack produces none (a value that passes through, or an exception); "?" where it was not measured. */
  private static final String TABLE_1 =
      """
      input     cuda cutlass ml-dtypes gfloat torchao te-reference modelopt compressed-tensors compressed-tensors-triton microxcaling microxcaling-even ggml onednn
      -0        8    8       8         8      8       0            0        0                  8                         0            0                 0    8
      0.25      0    0       0         0      0       0            0        0                  0                         1            0                 0    0
      0.25+     1    1       1         1      1       1            1        1                  0                         1            1                 1    1
      0.75-     1    1       1         1      1       1            1        1                  2                         1            1                 1    1
      0.75      2    2       2         2      2       2            2        2                  2                         2            2                 1    2
      1.25      2    2       2         2      2       2            2        2                  2                         3            2                 2    2
      1.75      4    4       4         4      4       4            4        4                  4                         4            4                 3    4
      2.5       4    4       4         4      4       4            4        4                  4                         5            4                 4    4
      3.5       6    6       6         6      6       6            6        6                  6                         6            6                 5    6
      5         6    6       6         6      6       6            6        6                  6                         7            6                 6    6
      5+        7    7       7         7      7       7            7        7                  6                         7            7                 7    7
      Infinity  7    7       7         7      7       7            7        7                  7                         x            x                 0    7
      NaN       7    7       8         x      3       0            7        x                  0                         x            x                 0    7
      -NaN      7    F       0         x      B       0            7        ?                  0                         ?            ?                 0    F
      -0.25     8    8       8         8      8       8            8        8                  8                         9            8                 0    8
      """;

  @Test
  void table1E2m1() {
    assertThat(checkTable(FloatFormat.E2M1, TABLE_1)).isEqualTo(new Cells(185, 7, 3));
  }

  /** Table 2, E4M3; its last column is {@link #table2Ue4m3}. */
  private static final String TABLE_2 =
      """
      input       cuda cuda-nosat cuda-double ml-dtypes torch-2.13 gfloat torch-old
      464         7e   7e         7e          7e        7e         7e     7e
      464+        7e   7f         7e          7f        7e         ff     7f
      Infinity    7e   7f         7e          7f        7e         ff     ?
      -Infinity   fe   ff         fe          ff        fe         ff     ?
      NaN         7f   7f         7f          7f        7f         ff     7f
      -NaN        7f   7f         ff          ff        ff         ff     ff
      256         78   78         78          78        78         78     78
      1.0625      38   38         38          38        38         38     38
      0x1p-10     0    0          0           0         0          0      0
      0x2.8p-9    2    2          2           2         2          2      2
      0x7.8p-9    8    8          8           8         8          8      8
      """;

  @Test
  void table2E4m3() {
    assertThat(checkTable(FloatFormat.E4M3, TABLE_2)).isEqualTo(new Cells(75, 0, 2));
  }

  @Test
  void table2Ue4m3() {
    String table =
        """
        input       ggml
        464         7e
        464+        7e
        Infinity    7e
        -Infinity   0
        NaN         0
        -NaN        0
        256         7e
        1.0625      39
        0x1p-10     1
        0x2.8p-9    3
        0x7.8p-9    7
        """;
    assertThat(checkTable(FloatFormat.UE4M3, table)).isEqualTo(new Cells(11, 0, 0));
  }

  @Test
  void table2E5m2() {
    String table =
        """
        input  cuda cuda-nosat cuda-double ml-dtypes torch-2.13
        61440  7b   7c         7b          7c        7c
        NaN    7f   7f         7e          7e        7f
        -NaN   7f   7f         fe          fe        ff
        """;
    assertThat(checkTable(FloatFormat.E5M2, table)).isEqualTo(new Cells(15, 0, 0));
  }

  @Test
  void table2Ue8m0() {
    String table =
        """
        input        cuda cuda-nosat cuda-rz te cutlass torch-2.13 ml-dtypes gfloat onnx-up
        0            0    0          0       0  0       0          ff        ff     0
        -1           7f   7f         7f      7f 7f      7f         ff        ff     7f
        0x1p-127     0    0          0       0  0       0          0         0      1
        1.25         80   80         7f      80 80      7f         7f        7f     80
        1.5          80   80         7f      80 80      80         80        80     80
        3            81   81         80      81 81      81         81        80     81
        0x1.8p127    fe   ff         fe      fe fe      ff         ff        fe     fe
        Infinity     fe   ff         fe      fe ff      ff         ff        fe     ff
        """;
    assertThat(checkTable(FloatFormat.UE8M0, table)).isEqualTo(new Cells(72, 0, 0));
  }

  /** How many cells held a code, a refusal, and nothing. */
  private record Cells(int codes, int refusals, int unmeasured) {}

  private static Cells checkTable(FloatFormat format, String table) {
    String[] lines = table.strip().split("\n");
    String[] ids = lines[0].split("\\s+");
    int codes = 0;
    int refusals = 0;
    int unmeasured = 0;
    for (String line : Arrays.asList(lines).subList(1, lines.length)) {
      String[] cells = line.split("\\s+");
      assertThat(cells).as(line).hasSameSizeAs(ids);
      float input = parse(cells[0]);
      for (int column = 1; column < cells.length; column++) {
        Variant variant = Variants.byId(format, ids[column]);
        switch (cells[column]) {
          case "?" -> unmeasured++;
          case "x" -> {
            assertThatIllegalArgumentException().as("%s of %s", variant, cells[0]).isThrownBy(() -> variant.encode(input));
            refusals++;
          }
          case String code -> {
            assertThat(variant.encode(input)).as("%s of %s", variant, cells[0]).isEqualTo(Integer.parseInt(code, 16));
            codes++;
          }
        }
      }
    }
    return new Cells(codes, refusals, unmeasured);
  }

  private static float parse(String input) {
    if (input.equals("-NaN")) {
      return MINUS_NAN;
    }
    String number = input.endsWith("+") || input.endsWith("-") ? input.substring(0, input.length() - 1) : input;
    float value = number.startsWith("0x") && !number.contains("p") ? Integer.decode(number) : Float.parseFloat(number);
    return input.endsWith("+") ? Math.nextUp(value) : input.endsWith("-") ? Math.nextDown(value) : value;
  }

  /** Measured on torch 2.13, ml_dtypes 0.6.0 and onnx 1.23.1: the float32 after 2^-127, far below the middle 1.5 * 2^-127, already becomes 2^-126. */
  @Test
  void e8m0BelowFloat32sNormalNumbersIsNotTheNearest() {
    float above = Math.nextUp(0x1p-127f);
    for (String id : new String[] {"torch-2.13", "ml-dtypes", "onnx-nearest"}) {
      assertThat(Variants.byId(FloatFormat.UE8M0, id).encode(0x1p-127f)).as(id).isZero();
      assertThat(Variants.byId(FloatFormat.UE8M0, id).encode(above)).as(id).isEqualTo(1);
    }
    assertThat(Ue8m0.encode(above, Rounding.NEAREST_AWAY)).isZero();
  }

  @Test
  void onnxContradictsItself() {
    assertThat(Variants.byId(FloatFormat.E2M1, "onnx-text").encode(Float.NaN)).isEqualTo(0x7);
    assertThat(Variants.byId(FloatFormat.E2M1, "onnx-tests").encode(Float.NaN)).isEqualTo(0x8);
    assertThat(Variants.byId(FloatFormat.UE8M0, "onnx-up").encode(Float.MIN_VALUE)).isEqualTo(1);
  }

  /** torchao does not test for NaN: the payload decides. */
  @Test
  void torchaosNanIsWhatItsBitsSay() {
    Variant torchao = Variants.byId(FloatFormat.E2M1, "torchao");
    assertThat(torchao.encode(Float.intBitsToFloat(0x7F800001))).isEqualTo(2);
    assertThat(torchao.encode(Float.intBitsToFloat(0x7FC00000))).isEqualTo(3);
    assertThat(torchao.encode(Float.intBitsToFloat(0x7FFFFFFF))).isEqualTo(4);
  }

  /** The float32 sum {@code x + 0.5} makes 1 of the largest float below one half. Nothing else but -0 and non-finite input differs from the rounding named. */
  @Test
  void microxcalingRoundsTheFloatBelowItsFirstTieUp() {
    float trap = Math.nextDown(0.25f);
    Variant even = Variants.byId(FloatFormat.E2M1, "microxcaling-even");
    Variant away = Variants.byId(FloatFormat.E2M1, "microxcaling");
    Conversion nearestEven = Conversion.cuda(FloatFormat.E2M1).with(ZeroSign.DROP_OF_ZERO);
    Conversion nearestAway = nearestEven.with(Rounding.NEAREST_AWAY);
    int differences = 0;
    for (int bits : QuickSet.of(FloatFormat.E2M1)) {
      float value = Float.intBitsToFloat(bits);
      if (!Float.isFinite(value)) {
        continue;
      }
      if (Math.abs(value) == trap) {
        assertThat(even.encode(value) & 7).isEqualTo(1);
        assertThat(away.encode(value) & 7).isEqualTo(1);
        differences++;
      } else {
        assertThat(even.encode(value)).as("%a", value).isEqualTo(ReferenceCodec.encode(nearestEven, value));
        assertThat(away.encode(value)).as("%a", value).isEqualTo(ReferenceCodec.encode(nearestAway, value));
      }
    }
    assertThat(differences).isEqualTo(2);
  }

  /** Until float32 subtraction loses the difference between codes, ggml's search is nearest with ties toward zero; at the far end it finds code 0. */
  @Test
  void ggmlsSearchIsNearestTowardZeroWhereDistancesDiffer() {
    Variant ggml = Variants.byId(FloatFormat.E2M1, "ggml");
    Conversion rule = Conversion.cuda(FloatFormat.E2M1).with(Rounding.NEAREST_TOWARD_ZERO).with(ZeroSign.DROP);
    for (int bits : QuickSet.of(FloatFormat.E2M1)) {
      float value = Float.intBitsToFloat(bits);
      if (Math.abs(value) <= 0x1p23f) {
        int expected = ReferenceCodec.encode(rule, value);
        assertThat(ggml.encode(value)).as("%a", value).isEqualTo(expected);
      }
    }
    assertThat(ggml.encode(0x1p24f)).isEqualTo(7);
    assertThat(ggml.encode(0x1p40f)).isZero();
    assertThat(ggml.encode(-0x1p40f)).isZero();
  }

  @Test
  void ggmlsScaleLeavesOutEightCodes() {
    Variant ggml = Variants.byId(FloatFormat.UE4M3, "ggml");
    Set<Integer> reached = new HashSet<>();
    for (int bits : QuickSet.of(FloatFormat.UE4M3)) {
      reached.add(ggml.encode(Float.intBitsToFloat(bits)));
    }
    assertThat(reached).hasSize(121).doesNotContain(0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x7D, 0x7F);
    assertThat(ggml.encode(Math.nextDown(248f))).isEqualTo(0x77);
    assertThat(ggml.encode(248f)).isEqualTo(0x7E);
  }

  /** A payload's top two bits survive CUDA's float64 path to E5M2, with the quiet bit set. */
  @Test
  void cudasFloat64PathKeepsTheTopOfAPayload() {
    Variant variant = Variants.byId(FloatFormat.E5M2, "cuda-double");
    assertThat(variant.encode(Double.longBitsToDouble(0x7FF4000000000000L))).isEqualTo(0x7F);
    assertThat(variant.encode(Double.longBitsToDouble(0x7FF8000000000000L))).isEqualTo(0x7E);
    assertThat(variant.encode(Double.longBitsToDouble(0xFFF0000000000001L))).isEqualTo(0xFE);
    assertThat(Variants.byId(FloatFormat.E5M2, "cuda-double-nosat").encode(1e300)).isEqualTo(0x7C);
  }

  @Test
  void aSourceThatTakesFloat32RoundsFloat64Twice() {
    double above = 0x1.0000000000001p-2;
    assertThat(Variants.byId(FloatFormat.E2M1, "cuda").encode(above)).isEqualTo(1);
    assertThat(Variants.byId(FloatFormat.E2M1, "ml-dtypes").encode(above)).isZero();
    assertThat(Variants.byId(FloatFormat.E4M3, "gfloat").encode(0x1.d000000000001p+8)).isEqualTo(0xFF);
    assertThat(Variants.byId(FloatFormat.E4M3, "torch-old").encode(0x1.d000000000001p+8)).isEqualTo(0x7E);
  }

  @Test
  void theCatalogueIsConsistent() {
    assertThat(Variants.all()).hasSize(65);
    for (FloatFormat format : FloatFormat.named()) {
      assertThat(Variants.of(format)).extracting(Variant::id).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z0-9.]+(-[a-z0-9.]+)*"));
      for (Variant variant : Variants.of(format)) {
        assertThat(Variants.byId(format, variant.id())).isSameAs(variant);
        assertThat(variant.note()).isNotBlank().doesNotContain("\n");
        variant.conversion().ifPresent(conversion -> assertThat(conversion.format()).isEqualTo(format));
      }
    }
    for (FloatFormat format : new FloatFormat[] {FloatFormat.E2M1, FloatFormat.E2M3, FloatFormat.E3M2, FloatFormat.E4M3, FloatFormat.UE4M3, FloatFormat.UE8M0}) {
      assertThat(Variants.of(format).getFirst().conversion()).contains(Conversion.cuda(format));
    }
    assertThat(Variants.byId(FloatFormat.E2M1, "cuda").source()).hasToString("CUDA 13.0, cuda_fp4.hpp:106-204");
    assertThat(Variants.byId(FloatFormat.E2M1, "cuda")).hasToString("e2m1/cuda");
  }

  @Test
  void anUnknownIdIsAnsweredWithTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Variants.byId(FloatFormat.UE4M3, "cuda-rz"))
        .withMessage("unknown variant \"cuda-rz\" of ue4m3: expected one of cuda, cutlass, ggml");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Variants.byId(FloatFormat.UE5M3, "cuda"))
        .withMessage(
            "unknown variant \"cuda\" of ue5m3: no stack's conversion to it is known here; formats that have variants: "
                + "e2m1, e2m3, e3m2, e4m3, e4m3-ieee, ue4m3, e5m2, ue8m0, bf16, fp16");
  }
}
