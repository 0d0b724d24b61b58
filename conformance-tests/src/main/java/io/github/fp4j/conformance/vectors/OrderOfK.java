package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.fingerprint.Device;
import io.github.fp4j.conformance.fingerprint.GemmVector;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.List;

/** In which order a device that answers one dot product at a time sums over K, by the probes of {@code gemm-k-order} with K = {@value #K}. */
public final class OrderOfK {
  /** Elements of the dot products. */
  public static final int K = 512;

  private OrderOfK() {}

  /** Whether a suite of this name asks for the order over K in this format. */
  public static boolean isAsked(String suite, OperandFormat format) {
    boolean probes = suite.equals(SummationVectors.NAME) || suite.startsWith(SummationVectors.NAME + "/");
    return probes && GemmQuestion.of(SummationVectors.of(suite, 0).at(0).question()).a().format().equals(format);
  }

  /** The summation tree over the k64 blocks in one line, with its kind in words; or why there is none, or cannot be one in this format. */
  public static String of(OperandFormat format, Device device) {
    if (MaskingProbe.of(format).isEmpty()) {
      return "none: " + MaskingProbe.inapplicable(format);
    }
    VectorSuite suite = SummationVectors.of(SummationVectors.NAME + "/" + format + "/1x1x" + K, 0);
    Finding order = suite.finding();
    for (int number = 0; number < suite.count(); number++) {
      VectorCase probe = suite.at(number);
      GemmQuestion product = GemmQuestion.of(probe.question());
      float d = Float.intBitsToFloat(device.answer(new GemmVector("K" + number, probe.name(), product.a(), product.b(), 0)));
      order.add(number, probe, List.of(Tensor.ofFloats("d", new float[] {d}, 1, 1)));
    }
    if (!order.faults().isEmpty()) {
      return "none: the answers to " + suite.count() + " probes follow no order";
    }
    return order.lines().getFirst().replaceFirst("^1 of 1 elements of D: ", "");
  }
}
