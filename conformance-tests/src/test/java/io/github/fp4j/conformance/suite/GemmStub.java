package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Optional;

/**
 * A backend that claims one NVFP4 model (or an accumulator of its own) and has another.
 *
 * @param claimed the id that it supports
 * @param actual what it computes by
 * @param fault what it does to the operands first
 */
public record GemmStub(String claimed, AccumulationModel actual, Fault fault) implements Backend, GemmKernels {

  /** What goes wrong on the way to the product. */
  @FunctionalInterface
  public interface Fault {
    Operands apply(GemmOperand a, GemmOperand b);
  }

  /** A and B as the device takes them. */
  public record Operands(GemmOperand a, GemmOperand b) {}

  @Override
  public String name() {
    return "stub";
  }

  @Override
  public String description() {
    return claimed + " that is " + actual;
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public Optional<GemmKernels> gemms() {
    return Optional.of(this);
  }

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    return model.equals(claimed) && a.equals(OperandFormat.NVFP4) && b.equals(OperandFormat.NVFP4);
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float[] c, float[] d) {
    Operands operands = fault.apply(a, b);
    Gemm.of(actual, operands.a, operands.b).multiply(c, d, Runnable::run);
  }
}
