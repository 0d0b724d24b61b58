package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.Discriminator;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;

/**
 * One dot product that is put to a device.
 *
 * @param id short and unique, e.g. {@code V1} or {@code S17}
 * @param description where it comes from
 * @param a one row
 * @param b one row, of the same K
 * @param c the initial accumulator
 */
public record GemmVector(String id, String description, GemmOperand a, GemmOperand b, float c) {

  static GemmVector of(Discriminator vector) {
    return new GemmVector(vector.id(), vector.description(), vector.a(), vector.b(), vector.c());
  }

  /** What a model makes of it: the bits of D as a float32, to which fp16 is widened. */
  public int answer(AccumulationModel model) {
    AccumulatorType type = model.output().type();
    return Float.floatToRawIntBits(type.toFloat(Gemm.of(model, a, b).dot(0, 0, type.fromFloat(c))));
  }
}
