package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.CheckpointLayout;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How quantised tensors are laid out in what is written. */
public enum OutputLayout {
  /** NVIDIA ModelOpt, safetensors. */
  MODELOPT,
  /** compressed-tensors, safetensors. */
  COMPRESSED_TENSORS,
  /** The MXFP4 checkpoints of gpt-oss, safetensors. */
  MXFP4,
  /** ggml's NVFP4 or MXFP4 blocks, GGUF. */
  GGML,
  /** A folder of npy files, for one npy input: codes, scales and tensor scale exactly as the profile makes them. */
  RAW;

  /** The name on a command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The layout with this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static OutputLayout byId(String id) {
    return Arrays.stream(values())
        .filter(layout -> layout.id().equals(id))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(
                "layout " + id + ": expected one of " + Arrays.stream(values()).map(OutputLayout::id).collect(Collectors.joining(", "))));
  }

  /** The layout in which the profile's own stack writes checkpoints, or the nearest one. */
  public static OutputLayout naturalFor(QuantizationProfile profile) {
    if (profile.nibbleOrder() == NibbleOrder.PLANAR_HALVES) {
      return GGML;
    }
    if (profile.id().equals("compressed-tensors")) {
      return COMPRESSED_TENSORS;
    }
    return profile.format().equals(BlockFormat.MXFP4) ? MXFP4 : MODELOPT;
  }

  /**
   * The layout of a file of tensors.
   *
   * @throws IllegalArgumentException if this layout has no place for {@code format}
   */
  public CheckpointLayout checkpoint(BlockFormat format) {
    return switch (this) {
      case MODELOPT -> require(format, BlockFormat.NVFP4, CheckpointLayout.MODELOPT);
      case COMPRESSED_TENSORS -> require(format, BlockFormat.NVFP4, CheckpointLayout.COMPRESSED_TENSORS);
      case MXFP4 -> require(format, BlockFormat.MXFP4, CheckpointLayout.MXFP4);
      case GGML ->
          format.equals(BlockFormat.MXFP4) ? CheckpointLayout.GGML_MXFP4 : require(format, BlockFormat.NVFP4, CheckpointLayout.GGML_NVFP4);
      case RAW -> throw new IllegalArgumentException("layout raw holds one tensor: expected one npy file as input, or another layout");
    };
  }

  private CheckpointLayout require(BlockFormat actual, BlockFormat expected, CheckpointLayout layout) {
    boolean fits = actual.element().equals(expected.element()) && actual.blockSize() == expected.blockSize() && actual.scale().equals(expected.scale());
    if (!fits) {
      throw new IllegalArgumentException("layout " + id() + " holds " + expected + ": the profile makes " + actual + "; expected layout raw, or a profile of " + expected);
    }
    return layout;
  }
}
