package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.conformance.suite.AskedConversions;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.conformance.vectors.GemmQuestion;
import io.github.fp4j.conformance.vectors.Question;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Answers vectors with the kernels of a backend. Every call is made twice on outputs that are poisoned differently, so that what is not written, or not the same
 * twice, shows.
 */
public final class BackendAnswers {
  private final Backend backend;
  private final List<String> models;

  /** @param models the accumulators that products are computed under, ids or {@link GemmKernels#OWN}: the first that takes a product's format */
  public BackendAnswers(Backend backend, List<String> models) {
    this.backend = backend;
    this.models = List.copyOf(models);
  }

  /** One call of a kernel, on outputs of which every byte is {@code poison}. */
  @FunctionalInterface
  private interface Call {
    List<Tensor> make(byte poison);
  }

  /**
   * The answer; empty if the backend does not support the question.
   *
   * @throws IllegalStateException if two calls give two answers
   */
  public Optional<List<Tensor>> answer(Question question) {
    Optional<Call> call =
        switch (question.operation()) {
          case ENCODE -> encode(question);
          case DECODE -> decode(question);
          case QUANTIZE -> quantize(question);
          case SWIZZLE -> swizzle(question);
          case GEMM, EPILOGUE -> gemm(question);
        };
    return call.map(BackendAnswers::twice);
  }

  private static List<Tensor> twice(Call call) {
    List<Tensor> first = call.make((byte) 0xFF);
    List<Tensor> second = call.make((byte) 0x5A);
    for (int i = 0; i < first.size(); i++) {
      long at = first.get(i).data().mismatch(second.get(i).data());
      if (at >= 0) {
        throw new IllegalStateException("two calls give two answers, or one is not written: byte " + at + " of " + first.get(i).name());
      }
    }
    return first;
  }

  private static byte[] poisoned(TensorInfo info, byte poison) {
    byte[] bytes = new byte[(int) info.byteSize()];
    Arrays.fill(bytes, poison);
    return bytes;
  }

  private static float[] poisonedFloats(TensorInfo info, byte poison) {
    float[] values = new float[(int) info.elementCount()];
    Arrays.fill(values, Float.intBitsToFloat(poison * 0x01010101)); // 0xFFFFFFFF is a NaN
    return values;
  }

  private Optional<Call> encode(Question question) {
    Conversion conversion = AskedConversions.byId(question.arguments().getFirst());
    float[] values = question.input("values").toFloats();
    return backend.conversions().filter(kernels -> kernels.supports(conversion)).map(kernels -> poison -> {
      byte[] codes = poisoned(question.outputs().getFirst(), poison);
      kernels.encode(conversion, values, 0, codes, 0, values.length);
      return List.of(Tensor.ofBytes("codes", codes, codes.length));
    });
  }

  private Optional<Call> decode(Question question) {
    FloatFormat format = FloatFormat.byName(question.arguments().getFirst()).orElseThrow();
    byte[] codes = question.input("codes").toBytes();
    Optional<ConversionKernels> decoding = backend.conversions().filter(kernels -> kernels.supportsDecoding(format));
    return decoding.map(kernels -> poison -> {
      float[] values = poisonedFloats(question.outputs().getFirst(), poison);
      kernels.decode(format, codes, 0, values, 0, codes.length);
      return List.of(Tensor.ofFloats("values", values, values.length));
    });
  }

  private Optional<Call> quantize(Question question) {
    QuantizationProfile profile = Profiles.byId(question.arguments().getFirst());
    Tensor values = question.input("values");
    FloatRows from = FloatRows.of(values.toFloats(), (int) values.shape()[0], (int) values.shape()[1]);
    float tensorScale = question.input("tensor-scale").toFloats()[0];
    Optional<BlockKernels> quantizing = backend.blocks().filter(kernels -> kernels.supports(profile) && kernels.supports(BlockOperation.QUANTIZE));
    return quantizing.map(kernels -> poison -> {
      TensorInfo scales = question.outputs().getFirst();
      TensorInfo codes = question.outputs().getLast();
      BlockRows to = new BlockRows(poisoned(codes, poison), 0, (int) codes.columns(), poisoned(scales, poison), 0, (int) scales.columns());
      kernels.quantize(profile, tensorScale, from, to);
      return List.of(Tensor.ofBytes("scales", to.scales(), scales.shape()), Tensor.ofBytes("codes", to.codes(), codes.shape()));
    });
  }

  private Optional<Call> swizzle(Question question) {
    ScaleLayout layout = ScaleLayout.byName(question.arguments().getFirst());
    Tensor scales = question.input("scales");
    return backend.blocks().filter(kernels -> kernels.supports(BlockOperation.SCALE_LAYOUT)).map(kernels -> poison -> {
      byte[] swizzled = poisoned(question.outputs().getFirst(), poison);
      kernels.swizzle(layout, (int) scales.shape()[0], (int) scales.shape()[1], scales.toBytes(), 0, swizzled, 0);
      return List.of(Tensor.ofBytes("swizzled", swizzled, swizzled.length));
    });
  }

  /** Products; an epilogue is applied by its model to the kernels' accumulators. */
  private Optional<Call> gemm(Question question) {
    GemmQuestion product = GemmQuestion.of(question);
    OperandFormat format = product.a().format();
    Optional<String> model = models.stream().filter(one -> backend.gemms().filter(kernels -> kernels.supports(one, format, format)).isPresent()).findFirst();
    return model.map(id -> poison -> {
      TensorInfo info = question.outputs().getFirst();
      float[] d = poisonedFloats(info, poison);
      boolean plain = question.inputs().stream().noneMatch(array -> array.name().equals("alpha"));
      backend.gemms().orElseThrow().multiply(id, product.a(), product.b(), plain ? product.c() : null, d);
      return List.of(plain ? Tensor.ofFloats("d", d, info.shape()) : stored(question, product, d, info));
    });
  }

  private static Tensor stored(Question question, GemmQuestion product, float[] d, TensorInfo info) {
    Epilogue.Output output = Epilogue.Output.valueOf(question.arguments().getFirst().toUpperCase(Locale.ROOT));
    float alpha = question.input("alpha").toFloats()[0];
    float beta = question.input("beta").toFloats()[0];
    Tensor bias = question.input("bias");
    new Epilogue(alpha, beta, Epilogue.Combination.FUSED, output).apply(d, product.c(), bias.elementCount() == 0 ? null : bias.toFloats());
    if (info.type() == DataType.F32) {
      return Tensor.ofFloats("d", d, info.shape());
    }
    byte[] bytes = new byte[2 * d.length];
    for (int i = 0; i < d.length; i++) {
      int bits = output == Epilogue.Output.BF16 ? Float.floatToRawIntBits(d[i]) >>> 16 : Float.floatToFloat16(d[i]);
      bytes[2 * i] = (byte) bits;
      bytes[2 * i + 1] = (byte) (bits >> 8);
    }
    return Tensor.of(info, MemorySegment.ofArray(bytes));
  }
}
