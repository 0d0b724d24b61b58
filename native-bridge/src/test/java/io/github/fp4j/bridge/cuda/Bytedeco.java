package io.github.fp4j.bridge.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.ConstantValueAttribute;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code org.bytedeco:cuda} generated from NVIDIA's headers, read from its class files; its native code is not needed. */
final class Bytedeco {
  private Bytedeco() {}

  private static ClassModel model(String name) throws IOException {
    try (InputStream in = ClassLoader.getSystemResourceAsStream("org/bytedeco/cuda/global/" + name + ".class")) {
      return ClassFile.of().parse(in.readAllBytes());
    }
  }

  /** Every int constant of these headers. */
  static Map<String, Integer> constants(String... names) throws IOException {
    Map<String, Integer> constants = new HashMap<>();
    for (String name : names) {
      model(name).fields().forEach(field -> {
        Optional<ConstantValueAttribute> value = field.findAttribute(Attributes.constantValue());
        if (value.isPresent() && value.get().constant().constantValue() instanceof Integer number) {
          constants.put(field.fieldName().stringValue(), number);
        }
      });
    }
    return constants;
  }

  /** The parameters of every overload of a C function, one letter each: I for an int, L for a long, B for a byte, P for a pointer. */
  static Map<String, List<String>> functions(String... names) throws IOException {
    Map<String, List<String>> functions = new HashMap<>();
    for (String name : names) {
      for (MethodModel method : model(name).methods()) {
        StringBuilder shape = new StringBuilder();
        method.methodTypeSymbol().parameterList().forEach(type -> shape.append(letter(type)));
        functions.computeIfAbsent(method.methodName().stringValue(), key -> new ArrayList<>()).add(shape.toString());
      }
    }
    return functions;
  }

  private static char letter(ClassDesc type) {
    return switch (type.descriptorString()) {
      case "I" -> 'I';
      case "J" -> 'L';
      case "B" -> 'B';
      default -> 'P';
    };
  }
}
