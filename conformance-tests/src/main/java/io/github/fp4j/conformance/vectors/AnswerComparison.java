package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.suite.AskedConversions;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** An answer beside the right one, element by element, bit for bit. */
final class AnswerComparison {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private AnswerComparison() {}

  /** Enters a mismatch for every judged element that differs. */
  static void enter(VectorCase asked, List<Tensor> answer, long firstCase, Tally tally) {
    for (int output = 0; output < answer.size(); output++) {
      Tensor right = asked.right().get(output);
      if (right.data().mismatch(answer.get(output).data()) >= 0) {
        enter(asked, output, right, answer.get(output), firstCase, tally);
      }
      firstCase += right.elementCount();
    }
  }

  private static void enter(VectorCase asked, int output, Tensor right, Tensor actual, long firstCase, Tally tally) {
    for (int i = 0; i < right.elementCount(); i++) {
      int expected = bits(right, i);
      int wrong = bits(actual, i);
      if (expected != wrong && asked.isJudged(output, i)) {
        int at = i;
        Verdict verdict = verdict(asked, right, expected, wrong);
        tally.mismatch(
            firstCase + i, verdict,
            () -> new Mismatch(verdict, place(asked, right, at), text(asked, right, expected), text(asked, right, wrong)));
      }
    }
  }

  static int bits(Tensor array, int i) {
    return switch (array.type().unitBytes()) {
      case 1 -> array.data().get(ValueLayout.JAVA_BYTE, i) & 0xFF;
      case 2 -> array.data().get(SHORT, 2L * i) & 0xFFFF;
      default -> array.data().get(INT, 4L * i);
    };
  }

  private static Verdict verdict(VectorCase asked, Tensor right, int expected, int wrong) {
    boolean nan = false;
    int sign = 0;
    if (right.type() == DataType.F32) {
      nan = Float.isNaN(Float.intBitsToFloat(expected));
      sign = 0x80000000;
    } else if (asked.question().operation() == Operation.ENCODE) {
      FloatFormat format = AskedConversions.byId(asked.question().arguments().getFirst()).format();
      nan = format.isNan(expected) || Float.isNaN(asked.question().input("values").toFloats()[0]);
      sign = format.signMask();
    }
    return nan ? Verdict.NAN_PAYLOAD : sign != 0 && (expected & ~sign) == 0 && wrong == (expected ^ sign) ? Verdict.ZERO_SIGN : Verdict.MISMATCH;
  }

  private static String place(VectorCase asked, Tensor array, int i) {
    Question question = asked.question();
    return switch (question.operation()) {
      case ENCODE -> asked.name() + ": " + floatText(Float.floatToRawIntBits(question.input("values").toFloats()[i]));
      case DECODE -> asked.name() + ": code 0x%02x".formatted(question.input("codes").toBytes()[i] & 0xFF);
      case QUANTIZE, SWIZZLE, GEMM, EPILOGUE -> {
        long columns = array.info().columns();
        yield "%s: %s[%d, %d]".formatted(asked.name(), array.name(), i / columns, i % columns);
      }
    };
  }

  private static String text(VectorCase asked, Tensor array, int bits) {
    if (array.type() == DataType.F32) {
      return floatText(bits);
    }
    if (asked.question().operation() == Operation.ENCODE) {
      FloatFormat format = AskedConversions.byId(asked.question().arguments().getFirst()).format();
      String value = bits >>> format.width() != 0 ? "not a code" : Float.toString(ReferenceCodec.decode(format, bits));
      return "0x%02x (%s)".formatted(bits, value);
    }
    if (asked.question().operation() == Operation.EPILOGUE) {
      boolean half = asked.question().arguments().getFirst().equals("fp16");
      float value = half ? Float.float16ToFloat((short) bits) : Float.intBitsToFloat(bits << 16);
      return "0x%04x (%s)".formatted(bits, value);
    }
    return "0x%02x".formatted(bits);
  }

  private static String floatText(int bits) {
    return "0x%08x (%s)".formatted(bits, Float.intBitsToFloat(bits));
  }
}
