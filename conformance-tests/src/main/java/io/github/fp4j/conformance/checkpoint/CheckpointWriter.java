package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.CheckpointLayout;
import io.github.fp4j.conformance.tensorfile.FileFormat;
import io.github.fp4j.conformance.tensorfile.Gguf;
import io.github.fp4j.conformance.tensorfile.MetadataValue;
import io.github.fp4j.conformance.tensorfile.Safetensors;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.conformance.tensorfile.TensorWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Opens the file that a layout asks for, with the metadata of the input where both are of one format, and else the profile that it names. */
final class CheckpointWriter {
  private static final String PROFILE = "fp4j.profile";
  private static final String LAYOUT = "fp4j.layout";

  private CheckpointWriter() {}

  /** @param profile whose rules made the codes; empty to keep what the input says */
  static TensorWriter create(Path output, TensorFile input, CheckpointLayout layout, String profile, List<TensorInfo> declared) throws IOException {
    MetadataValue named = profile.isEmpty() ? input.metadata().get(PROFILE) : new MetadataValue.Text(profile);
    if (layout.fileFormat() == FileFormat.GGUF) {
      Map<String, MetadataValue> metadata = new LinkedHashMap<>();
      if (input.format() == FileFormat.GGUF) {
        metadata.putAll(input.metadata());
      }
      if (named != null) {
        metadata.put(PROFILE, named);
      }
      return Gguf.create(output, metadata, declared);
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    if (input.format() == FileFormat.SAFETENSORS) {
      input.metadata().forEach((key, value) -> metadata.put(key, value.toString()));
    }
    if (named != null) {
      metadata.put(PROFILE, named.toString());
    }
    metadata.put(LAYOUT, layout.id());
    return Safetensors.create(output, metadata, declared);
  }

  /** The metadata of a file that is quantised no more. */
  static Map<String, String> plainMetadata(TensorFile input) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (input.format() == FileFormat.SAFETENSORS) {
      input.metadata().forEach((key, value) -> metadata.put(key, value.toString()));
      metadata.remove(PROFILE);
      metadata.remove(LAYOUT);
    }
    return metadata;
  }
}
