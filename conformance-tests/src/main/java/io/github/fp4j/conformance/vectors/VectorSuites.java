package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.fingerprint.Fingerprint;
import io.github.fp4j.conformance.suite.AskedConversions;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.List;

/** The vector suites by name. */
public final class VectorSuites {
  private VectorSuites() {}

  /** Every name but those of shapes, which have no end, and of fingerprints under a claim; a name with a slash is a part or a variant of the one before it. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(List.of(ConversionVectors.NAME));
    for (Conversion conversion : AskedConversions.all()) {
      names.add(ConversionVectors.NAME + "/" + AskedConversions.id(conversion));
    }
    names.add(BlockVectors.NAME);
    for (QuantizationProfile profile : BlockVectors.profiles()) {
      names.add(BlockVectors.NAME + "/" + profile.id());
    }
    names.add(CertifiedVectors.NAME);
    CertifiedVectors.FORMATS.forEach(format -> names.add(CertifiedVectors.NAME + "/" + format));
    names.add(DiscriminatorVectors.NAME);
    for (AccumulationModel model : Fingerprint.candidates(OperandFormat.NVFP4)) {
      names.add(DiscriminatorVectors.NAME + "/" + model.id());
    }
    names.add(FingerprintVectors.NAME);
    Fingerprint.FORMATS.forEach(format -> names.add(FingerprintVectors.NAME + "/" + format));
    names.add(SummationVectors.NAME);
    MaskingProbe.formats().stream().skip(1).forEach(format -> names.add(SummationVectors.NAME + "/" + format));
    names.add(EpilogueVectors.NAME);
    names.add(LayoutVectors.NAME);
    return names;
  }

  /**
   * The suite with this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static VectorSuite byName(String name, long seed) {
    VectorSuite suite = made(name, seed);
    if (!suite.id().equals(name)) {
      throw new IllegalArgumentException("unknown suite \"" + name + "\": " + suite.id() + " has no parts");
    }
    return suite;
  }

  private static VectorSuite made(String name, long seed) {
    int slash = name.indexOf('/');
    String part = slash < 0 ? "" : name.substring(slash + 1);
    return switch (slash < 0 ? name : name.substring(0, slash)) {
      case ConversionVectors.NAME -> slash < 0 ? ConversionVectors.all(seed) : ConversionVectors.of(AskedConversions.byId(part), seed);
      case BlockVectors.NAME -> slash < 0 ? BlockVectors.all(seed) : BlockVectors.of(Profiles.byId(part), seed);
      case CertifiedVectors.NAME -> slash < 0 ? CertifiedVectors.all(seed) : CertifiedVectors.of(format(part), seed);
      case DiscriminatorVectors.NAME -> DiscriminatorVectors.of(slash < 0 ? null : nvfp4Model(part), seed);
      case FingerprintVectors.NAME -> FingerprintVectors.of(name, seed);
      case SummationVectors.NAME -> SummationVectors.of(name, seed);
      case EpilogueVectors.NAME -> EpilogueVectors.of(seed);
      case LayoutVectors.NAME -> LayoutVectors.of(seed);
      default ->
          throw new IllegalArgumentException(
              "unknown suite \"" + name + "\": expected one of "
                  + String.join(", ", names().stream().filter(known -> known.indexOf('/') < 0).toList()) + ", or a part of one; see 'fp4j generate --list'");
    };
  }

  private static OperandFormat format(String name) {
    return OperandFormat.byName(name)
        .filter(CertifiedVectors.FORMATS::contains)
        .orElseThrow(() -> new IllegalArgumentException("unknown operand format \"" + name + "\": expected nvfp4 or mxfp4"));
  }

  private static AccumulationModel nvfp4Model(String id) {
    AccumulationModel model = AccumulationModels.byId(id);
    if (!Fingerprint.candidates(OperandFormat.NVFP4).contains(model)) {
      throw new IllegalArgumentException("model " + id + " is none of NVFP4 with float32 results: see 'fp4j generate --list'");
    }
    return model;
  }
}
