package io.github.fp4j.formats;

/** {@link ReferenceCodec} with its conversion chosen. */
record ReferenceEncoder(Conversion conversion) implements Encoder {

  ReferenceEncoder {
    if (conversion.isStochastic()) {
      throw new IllegalArgumentException("conversion = " + conversion + ": expected one that needs no random bits");
    }
  }

  @Override
  public int encode(float value) {
    return ReferenceCodec.encode(conversion, value);
  }

  @Override
  public int encode(double value) {
    return ReferenceCodec.encode(conversion, value);
  }
}
