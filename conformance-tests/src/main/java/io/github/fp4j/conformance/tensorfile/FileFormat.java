package io.github.fp4j.conformance.tensorfile;

/** The container formats. */
public enum FileFormat {
  SAFETENSORS("safetensors"),
  GGUF("GGUF"),
  NPY("npy");

  private final String title;

  FileFormat(String title) {
    this.title = title;
  }

  /** As the field writes it. */
  @Override
  public String toString() {
    return title;
  }
}
