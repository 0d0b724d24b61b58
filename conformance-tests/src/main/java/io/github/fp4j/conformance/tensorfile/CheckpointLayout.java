package io.github.fp4j.conformance.tensorfile;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a checkpoint stores a 4-bit weight {@code X.weight} of shape [.., N, K]: names, types and shapes of the tensors that make it up.
 *
 * <p>Blocks run along K, scales are linear (a stack swizzles them when it loads them), codes are E2M1. In a safetensors layout the low nibble of a byte
 * is the even element; ggml has planar halves, see {@link DataType#NVFP4} and {@link DataType#MXFP4}.
 */
public enum CheckpointLayout {
  /**
   * NVIDIA ModelOpt: {@code X.weight} U8 [N, K/2], {@code X.weight_scale} F8_E4M3 [N, K/16], {@code X.weight_scale_2} F32 [] = amax / 2688,
   * {@code X.input_scale}.
   */
  MODELOPT(
      "modelopt", FileFormat.SAFETENSORS, new Part(".weight", DataType.U8), new Part(".weight_scale", DataType.F8_E4M3), ".weight_scale_2",
      ".input_scale", 16, TensorScaleDirection.DECODE),
  /**
   * compressed-tensors, {@code nvfp4-pack-quantized}: {@code X.weight_packed} U8 [N, K/2], {@code X.weight_scale} F8_E4M3 [N, K/16],
   * {@code X.weight_global_scale} F32 [1] = 2688 / amax, {@code X.input_global_scale}.
   */
  COMPRESSED_TENSORS(
      "compressed-tensors", FileFormat.SAFETENSORS, new Part(".weight_packed", DataType.U8), new Part(".weight_scale", DataType.F8_E4M3),
      ".weight_global_scale", ".input_global_scale", 16, TensorScaleDirection.ENCODE),
  /** gpt-oss: {@code X_blocks} U8 [.., K/32, 16] and {@code X_scales} U8 [.., K/32] of a weight that is called {@code X}; UE8M0 scales. */
  MXFP4(
      "mxfp4", FileFormat.SAFETENSORS, new Part("_blocks", DataType.U8), new Part("_scales", DataType.U8), "", "", 32, TensorScaleDirection.NONE),
  /** GGUF: {@code X.weight} NVFP4 [N, K], {@code X.scale} F32 [1] = amax / 2688 (absent: 1), {@code X.input_scale}. */
  GGML_NVFP4(
      "ggml-nvfp4", FileFormat.GGUF, new Part(".weight", DataType.NVFP4), null, ".scale", ".input_scale", 64, TensorScaleDirection.DECODE),
  /** GGUF: {@code X.weight} MXFP4 [N, K]. */
  GGML_MXFP4(
      "ggml-mxfp4", FileFormat.GGUF, new Part(".weight", DataType.MXFP4), null, "", "", 32, TensorScaleDirection.NONE);

  private static final String WEIGHT = ".weight";
  private static final int MXFP4_BLOCK_BYTES = 16;

  private record Part(String suffix, DataType type) {}

  private final String id;
  private final FileFormat fileFormat;
  private final Part codes;
  private final @Nullable Part scales; // null: inside the codes' blocks
  private final String tensorScaleSuffix;
  private final String inputScaleSuffix;
  private final int columnsMultiple;
  private final TensorScaleDirection direction;

  CheckpointLayout(
      String id,
      FileFormat fileFormat,
      Part codes,
      @Nullable Part scales,
      String tensorScaleSuffix,
      String inputScaleSuffix,
      int columnsMultiple,
      TensorScaleDirection direction) {
    this.id = id;
    this.fileFormat = fileFormat;
    this.codes = codes;
    this.scales = scales;
    this.tensorScaleSuffix = tensorScaleSuffix;
    this.inputScaleSuffix = inputScaleSuffix;
    this.columnsMultiple = columnsMultiple;
    this.direction = direction;
  }

  /** The name on a command line. */
  public String id() {
    return id;
  }

  /** The file format that carries it. */
  public FileFormat fileFormat() {
    return fileFormat;
  }

  /** What K must be a multiple of: the block, or ggml's super-block of four. */
  public int columnsMultiple() {
    return columnsMultiple;
  }

  /** Which way the tensor scale works. */
  public TensorScaleDirection direction() {
    return direction;
  }

  /**
   * The tensors that store the weight {@code name}, without an input scale.
   *
   * @param shape of the weight in elements, [.., N, K]
   * @throws IllegalArgumentException if K is no multiple of {@link #columnsMultiple}, or the layout needs a name that ends in {@code .weight}
   */
  public QuantizedWeight describe(String name, long... shape) {
    if (shape.length == 0 || shape[shape.length - 1] % columnsMultiple != 0) {
      throw new IllegalArgumentException(
          "weight " + Fault.quote(name) + " of shape " + Arrays.toString(shape) + ": the layout " + id + " needs a last extent that is a multiple of " + columnsMultiple);
    }
    String stem = stem(name);
    return new QuantizedWeight(
        this,
        name,
        new TensorInfo(isInGguf() ? name : stem + codes.suffix, codes.type, codesShape(shape)),
        Optional.ofNullable(scales).map(part -> new TensorInfo(stem + part.suffix, part.type, scalesShape(shape))),
        tensorScaleSuffix.isEmpty() ? Optional.empty() : Optional.of(scalar(stem + tensorScaleSuffix)),
        Optional.empty(),
        shape);
  }

  TensorInfo inputScale(String name) {
    if (inputScaleSuffix.isEmpty()) {
      throw new IllegalArgumentException("the layout " + id + " has no input scale");
    }
    return scalar(stem(name) + inputScaleSuffix);
  }

  private TensorInfo scalar(String name) {
    return this == MODELOPT ? new TensorInfo(name, DataType.F32) : new TensorInfo(name, DataType.F32, 1);
  }

  private boolean isInGguf() {
    return fileFormat == FileFormat.GGUF;
  }

  private String stem(String name) {
    if (this == MXFP4) {
      return name;
    }
    if (name.endsWith(WEIGHT)) {
      return name.substring(0, name.length() - WEIGHT.length());
    }
    if (isInGguf()) {
      return name;
    }
    throw new IllegalArgumentException("weight " + Fault.quote(name) + ": the layout " + id + " needs a name that ends in " + WEIGHT);
  }

  private long[] codesShape(long[] shape) {
    if (isInGguf()) {
      return shape;
    }
    return this == MXFP4 ? appended(scalesShape(shape), MXFP4_BLOCK_BYTES) : withLast(shape, columns(shape) / 2);
  }

  private long[] scalesShape(long[] shape) {
    return withLast(shape, columns(shape) / columnsMultiple);
  }

  /** The name of the weight whose codes {@code tensor} may hold, by its name and type alone. */
  Optional<String> weightName(TensorInfo tensor) {
    boolean named = isInGguf() || tensor.name().endsWith(codes.suffix);
    if (tensor.type() != codes.type || !named || tensor.shape().length < (this == MXFP4 ? 2 : 1)) {
      return Optional.empty();
    }
    if (isInGguf()) {
      return Optional.of(tensor.name());
    }
    String stem = tensor.name().substring(0, tensor.name().length() - codes.suffix.length());
    return Optional.of(this == MXFP4 ? stem : stem + WEIGHT);
  }

  /** The shape of the weight whose codes have {@code shape}; {@code shape} must be of a tensor with a {@link #weightName}. */
  long[] weightShape(long[] shape) {
    if (isInGguf()) {
      return shape;
    }
    if (this == MXFP4) {
      long[] scalesShape = Arrays.copyOf(shape, shape.length - 1);
      return withLast(scalesShape, Math.multiplyExact(columns(scalesShape), columnsMultiple));
    }
    return withLast(shape, Math.multiplyExact(columns(shape), 2));
  }

  private static long columns(long[] shape) {
    return shape[shape.length - 1];
  }

  private static long[] withLast(long[] shape, long last) {
    long[] changed = shape.clone();
    changed[changed.length - 1] = last;
    return changed;
  }

  private static long[] appended(long[] shape, long last) {
    return withLast(Arrays.copyOf(shape, shape.length + 1), last);
  }
}
