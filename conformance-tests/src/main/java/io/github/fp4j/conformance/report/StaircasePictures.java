package io.github.fp4j.conformance.report;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Staircase;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The staircases of the formats as data for the page's charts: for every step of the positive half where it begins and the value it stands at. */
final class StaircasePictures {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final List<FloatFormat> FORMATS =
      List.of(FloatFormat.E2M1, FloatFormat.E2M3, FloatFormat.E3M2, FloatFormat.E4M3, FloatFormat.E5M2, FloatFormat.UE8M0);

  private StaircasePictures() {}

  static String json() {
    ArrayNode all = MAPPER.createArrayNode();
    for (FloatFormat format : FORMATS) {
      all.add(picture(format));
    }
    return MAPPER.writeValueAsString(all);
  }

  private static ObjectNode picture(FloatFormat format) {
    Conversion conversion = Conversion.cuda(format);
    Staircase staircase = Staircase.of(conversion);
    ObjectNode picture = MAPPER.createObjectNode();
    picture.put("name", format.name());
    picture.put("caption", caption(format, conversion));
    float end = windowEnd(format);
    picture.put("end", end);
    ArrayNode points = picture.putArray("points");
    for (int step = 0; step < staircase.size(); step++) {
      float start = Float.intBitsToFloat(staircase.start(step));
      if (staircase.start(step) < 0 || start > end) {
        break;
      }
      points.addObject().put("x", start).put("y", ReferenceCodec.decode(format, staircase.code(step)));
    }
    return picture;
  }

  /** The whole range of a narrow format; of a wide one the part where the steps can be told apart. */
  private static float windowEnd(FloatFormat format) {
    if (!format.hasZero()) {
      return 10;
    }
    boolean narrow = format.exponentBits() < 4;
    return narrow ? format.maxFinite() * 1.15f : 6 * Math.scalb(1f, format.minExponent());
  }

  private static String caption(FloatFormat format, Conversion conversion) {
    String part = windowEnd(format) > format.maxFinite() ? "" : "; the part up to " + windowEnd(format);
    String rounding = conversion.rounding().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return "%d bits, %d codes, smallest %s, largest %s; %s, saturating%s"
        .formatted(format.width(), format.codeCount(), format.minPositive(), format.maxFinite(), rounding, part);
  }
}
