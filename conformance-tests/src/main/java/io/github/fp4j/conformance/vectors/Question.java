package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * What a subject is asked: an operation, its arguments, its input arrays. As text: the words, then each array as a word of hexadecimal digits, all separated by
 * one blank.
 *
 * @param operation what is to be done
 * @param arguments the words after the operation's own
 * @param inputs the arrays, in the operation's order; those that are absent have no elements
 */
public record Question(Operation operation, List<String> arguments, List<Tensor> inputs) {
  public Question {
    arguments = List.copyOf(arguments);
    inputs = List.copyOf(inputs);
  }

  /** Elements of an elementwise question; else 1. */
  public int count() {
    return operation.isElementwise() ? (int) inputs.getFirst().elementCount() : 1;
  }

  /** The arrays of its answer. */
  public List<TensorInfo> outputs() {
    return operation.outputs(arguments, count());
  }

  /** The input called {@code name}; without elements if it is absent. */
  public Tensor input(String name) {
    return inputs.stream().filter(array -> array.name().equals(name)).findFirst().orElseThrow();
  }

  /** The operation and its arguments. */
  public String words() {
    return operation.word() + " " + String.join(" ", arguments);
  }

  /** The question as text. */
  public String text() {
    StringBuilder text = new StringBuilder(words());
    inputs.forEach(array -> text.append(' ').append(HexArray.text(array)));
    return text.toString();
  }

  /**
   * Reads what {@link #text} writes.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  public static Question parse(String text) {
    List<String> words = List.of(text.split(" "));
    Operation operation = Operation.byWord(words.getFirst());
    if (words.size() <= operation.wordCount() + 1) {
      throw new IllegalArgumentException("\"" + operation.word() + "\" ends after " + words.size() + " words: expected " + operation.usage());
    }
    List<String> arguments = words.subList(1, operation.wordCount() + 1);
    List<String> arrays = words.subList(operation.wordCount() + 1, words.size());
    operation.require(arguments);
    List<TensorInfo> infos = operation.inputs(arguments, 1);
    if (arrays.size() != infos.size()) {
      throw new IllegalArgumentException(arrays.size() + " arrays: expected " + operation.usage());
    }
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < infos.size(); i++) {
      boolean absent = operation.isOptional(i) && arrays.get(i).equals(HexArray.NONE);
      inputs.add(HexArray.parse(absent ? absent(infos.get(i)) : infos.get(i), arrays.get(i)));
    }
    return new Question(operation, arguments, inputs);
  }

  /** The same array without elements. */
  static TensorInfo absent(TensorInfo info) {
    return new TensorInfo(info.name(), info.type(), 0);
  }

  /** Answers as text: each array as a word. */
  public static String answerText(List<Tensor> outputs) {
    return outputs.stream().map(HexArray::text).reduce((one, other) -> one + " " + other).orElseThrow();
  }

  /**
   * Reads what {@link #answerText} writes for this question.
   *
   * @throws IllegalArgumentException if the words are not those that this question asks for
   */
  public List<Tensor> parseAnswer(String text) {
    String[] words = text.split(" ");
    List<TensorInfo> outputs = outputs();
    if (words.length != outputs.size()) {
      throw new IllegalArgumentException(words.length + " words after the id: expected " + outputs.size() + ", " + operation.usage());
    }
    List<Tensor> answer = new ArrayList<>();
    for (int i = 0; i < words.length; i++) {
      answer.add(HexArray.parse(outputs.get(i), words[i]));
    }
    return answer;
  }
}
