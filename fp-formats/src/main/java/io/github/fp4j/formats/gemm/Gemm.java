package io.github.fp4j.formats.gemm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The product of two operands under one accumulation model, bit for bit. Operands are laid out once when it is made; it is thread-safe then.
 *
 * <p>C and D are float32. Under a model with fp16 accumulators C is rounded to fp16 first and D is widened exactly. NaN keeps the model's payload: 0x7FFFFFFF,
 * or fp16's 0x7FFF widened to 0x7FFFE000.
 */
public final class Gemm {
  private static final int ROWS_PER_TASK = 8;

  private final AccumulatorType type;
  private final int rows;
  private final int columns;
  private final DotProduct product;

  private Gemm(AccumulationModel model, GemmOperand a, GemmOperand b, DotProduct product) {
    type = model.output().type();
    rows = a.rows();
    columns = b.rows();
    this.product = product;
  }

  /**
   * The fastest evaluator that there is: integer kernels for the models of {@link AccumulationModels}, else the reference.
   *
   * @param a M rows along K
   * @param b N rows along K: B transposed
   * @throws IllegalArgumentException if the model does not take these operands, or their K
   */
  public static Gemm of(AccumulationModel model, GemmOperand a, GemmOperand b) {
    model.require(a, b);
    return new Gemm(model, a, b, fastest(model, a, b));
  }

  /** The evaluator that follows the model's definition in exact arithmetic; arguments and errors as for {@link #of}. */
  public static Gemm reference(AccumulationModel model, GemmOperand a, GemmOperand b) {
    model.require(a, b);
    return new Gemm(model, a, b, new ReferenceDotProduct(model, a, b));
  }

  private static DotProduct fastest(AccumulationModel model, GemmOperand a, GemmOperand b) {
    if (FusedGroups.supports(model, a, b)) {
      return new FusedGroups(model, a, b);
    }
    if (TwoStageGroups.supports(model, a, b)) {
      return new TwoStageGroups(model, a, b);
    }
    if (ExactGroups.supports(model, a, b)) {
      return new ExactGroups(model, a, b);
    }
    if (SequentialGroups.supports(model, a, b)) {
      return new SequentialGroups(a, b);
    }
    if (SequentialProducts.supports(model)) {
      return new SequentialProducts(a, b);
    }
    if (FusedProducts.supports(model)) {
      return new FusedProducts(model, a, b);
    }
    return new ReferenceDotProduct(model, a, b);
  }

  /**
   * One element of D.
   *
   * @param c bits of C in the model's output type: of a float32, or an fp16 in the low 16 bits
   * @return bits of D in the same type
   */
  public int dot(int row, int column, int c) {
    return product.dot(row, column, c);
  }

  /**
   * All of D, row-major [M, N].
   *
   * @param c the initial accumulators, [M, N]; null for +0
   * @param executor runs blocks of rows, {@code Runnable::run} for this thread alone; the call returns when all are done
   * @throws IllegalArgumentException if {@code c} or {@code d} has another length than M * N
   */
  public void multiply(float @Nullable [] c, float[] d, Executor executor) {
    requireLength("c", c, (long) rows * columns);
    requireLength("d", d, (long) rows * columns);
    inTasks(executor, first -> block(first, Math.min(first + ROWS_PER_TASK, rows), c, d));
  }

  private void block(int first, int end, float @Nullable [] c, float[] d) {
    for (int column = 0; column < columns; column++) { // a row of B serves the whole block of rows of A while it is in the cache
      for (int row = first; row < end; row++) {
        set(c, d, row * columns + column, row, column);
      }
    }
  }

  /**
   * The dot products of row i of A with row i of B, [M]; arguments as for {@link #multiply}.
   *
   * @throws IllegalArgumentException also if A and B have different numbers of rows
   */
  public void pairwise(float @Nullable [] c, float[] d, Executor executor) {
    if (rows != columns) {
      throw new IllegalArgumentException("A has " + rows + " rows, B " + columns + ": expected as many for pairwise products");
    }
    requireLength("c", c, rows);
    requireLength("d", d, rows);
    inTasks(
        executor,
        first -> {
          for (int row = first; row < Math.min(first + ROWS_PER_TASK, rows); row++) {
            set(c, d, row, row, row);
          }
        });
  }

  private void set(float @Nullable [] c, float[] d, int at, int row, int column) {
    d[at] = type.toFloat(product.dot(row, column, c == null ? 0 : type.fromFloat(c[at])));
  }

  private void inTasks(Executor executor, IntConsumer fromRow) {
    List<CompletableFuture<Void>> tasks = new ArrayList<>();
    for (int row = 0; row < rows; row += ROWS_PER_TASK) {
      int first = row;
      tasks.add(CompletableFuture.runAsync(() -> fromRow.accept(first), executor));
    }
    tasks.forEach(CompletableFuture::join);
  }

  private static void requireLength(String argument, float @Nullable [] array, long expected) {
    if (array != null && array.length != expected) {
      throw new IllegalArgumentException(argument + " has " + array.length + " elements: expected " + expected);
    }
  }
}
