package io.github.fp4j.simd.optim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Steps of a set of parameters, and the state between steps.
 *
 * <p>A step updates the parameters' arrays in place. It allocates nothing. Not thread-safe; the threads of {@link Execution} are its own business.
 */
public final class Optimizer {
  /** Tensors up to this size are stepped whole by one thread, many at a time; larger ones are split among the threads. */
  private static final int WHOLE = 1 << 16;

  private final List<ParameterGroup> groups;
  private final TensorStep[] tensors;
  private final int[] groupOf;
  private final int[] small;
  private final int[] large;
  private final double[] learningRates;
  private final double[] factors;
  private final double[] clipGains;
  private final boolean readsAllFirst;
  private final Workers workers;
  private final Workers.Task stepSmall = this::stepSmall;
  private final StepReport report;
  private final long[] steps = new long[1];
  private @Nullable FloatStorage[] gradients = new FloatStorage[0];

  /** An optimizer of one group, computed by {@link Execution#reference}. */
  public Optimizer(OptimizerConfig config, Parameter... parameters) {
    this(List.of(new ParameterGroup(config, List.of(parameters))), Execution.reference());
  }

  /**
   * An optimizer whose moments are zero.
   *
   * @throws IllegalArgumentException if there is no parameter, or two have the same name
   */
  public Optimizer(List<ParameterGroup> groups, Execution execution) {
    this.groups = List.copyOf(groups);
    List<TensorStep> all = new ArrayList<>();
    List<Integer> indices = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int g = 0; g < groups.size(); g++) {
      OptimizerConfig config = groups.get(g).config();
      for (Parameter parameter : groups.get(g).parameters()) {
        if (!names.add(parameter.name())) {
          throw new IllegalArgumentException("parameter \"" + parameter.name() + "\" is there twice: expected different names");
        }
        all.add(new TensorStep(parameter, all.size(), config, execution.kernels(), execution.measured()));
        indices.add(g);
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException("groups = " + groups + ": expected at least one parameter");
    }
    tensors = all.toArray(TensorStep[]::new);
    groupOf = indices.stream().mapToInt(Integer::intValue).toArray();
    small = indicesOf(all, true);
    large = indicesOf(all, false);
    learningRates = new double[groups.size()];
    factors = new double[groups.size()];
    clipGains = new double[groups.size()];
    readsAllFirst = groups.stream().map(ParameterGroup::config).anyMatch(c -> c.conditioning().maxNorm() > 0 || c.nonFinite() == NonFinitePolicy.FAIL);
    workers = new Workers(execution.executor(), execution.threads());
    report = new StepReport(all.stream().map(tensor -> tensor.report).toList());
  }

  private static int[] indicesOf(List<TensorStep> all, boolean wanted) {
    return IntStream.range(0, all.size()).filter(i -> (all.get(i).parameter.values().length() <= WHOLE) == wanted).toArray();
  }

  /**
   * One step.
   *
   * @param newGradients one for each parameter in the order of the groups, null where there is none. They are only read, but for the clipping of
   *     {@link Mode#REFERENCE}
   * @return what it did; the same object each time
   * @throws IllegalArgumentException if their number or a length is wrong
   * @throws NonFiniteGradientException under {@link NonFinitePolicy#FAIL}; nothing has changed then
   */
  public StepReport step(@Nullable FloatStorage... newGradients) {
    check(newGradients);
    gradients = newGradients;
    if (readsAllFirst) {
      readAll(newGradients);
    }
    long t = ++steps[0];
    for (int g = 0; g < groups.size(); g++) {
      OptimizerConfig config = groups.get(g).config();
      learningRates[g] = config.learningRate().at(t);
      factors[g] = config.cosine().at(t, config.mode());
      clipGains[g] = clipGain(g, config.conditioning().maxNorm());
    }
    if (workers.areMany()) {
      workers.forEach(stepSmall, small.length);
    } else {
      for (int i = 0; i < small.length; i++) {
        stepSmall(workers.own(), i);
      }
    }
    for (int i : large) {
      stepTensor(workers.chunks, i);
    }
    report.step = t;
    report.learningRate = learningRates[0];
    report.scheduleFactor = factors[0];
    return report;
  }

  private void check(@Nullable FloatStorage[] newGradients) {
    if (newGradients.length != tensors.length) {
      throw new IllegalArgumentException(newGradients.length + " gradients: expected one for each of the " + tensors.length + " parameters (null for none)");
    }
    for (int i = 0; i < tensors.length; i++) {
      FloatStorage gradient = newGradients[i];
      if (gradient != null && gradient.length() != tensors[i].parameter.values().length()) {
        throw new IllegalArgumentException(
            "gradient of " + tensors[i].parameter.name() + " has " + gradient.length() + " elements: expected " + tensors[i].parameter.values().length());
      }
    }
  }

  private void readAll(@Nullable FloatStorage[] newGradients) {
    for (int i = 0; i < tensors.length; i++) {
      tensors[i].read(workers.chunks, newGradients[i]);
    }
    for (TensorStep tensor : tensors) {
      if (tensor.report.nonFinite > 0 && tensor.config.nonFinite() == NonFinitePolicy.FAIL) {
        throw new NonFiniteGradientException(tensor.parameter.name(), tensor.report.nonFinite, steps[0] + 1);
      }
    }
  }

  private double clipGain(int group, double maxNorm) {
    if (maxNorm == 0) {
      return 1;
    }
    double squares = 0;
    for (int i = 0; i < tensors.length; i++) {
      squares += groupOf[i] == group && tensors[i].takesPart() ? tensors[i].conditioner.squaredNorm() : 0;
    }
    double gain = maxNorm / (Math.sqrt(squares) + 1e-6);
    return gain >= 1 ? 1 : gain;
  }

  private void stepSmall(Workspace workspace, int index) {
    stepTensor(workspace.serial, small[index]);
  }

  private void stepTensor(ChunkLoop loop, int index) {
    TensorStep tensor = tensors[index];
    FloatStorage gradient = gradients[index];
    if (!readsAllFirst) {
      tensor.read(loop, gradient);
    }
    int group = groupOf[index];
    tensor.step(loop, gradient, learningRates[group], clipGains[group], factors[group], steps[0]);
  }

  /** Steps done. */
  public long steps() {
    return steps[0];
  }

  /** The groups it was made with. */
  public List<ParameterGroup> groups() {
    return groups;
  }

  /**
   * A copy of the first moment of a parameter as float32.
   *
   * @throws IllegalStateException if its update rule keeps none to an element
   */
  public float[] firstMoment(int parameter) {
    return read(parameter, tensors[parameter].updater.firstMoment());
  }

  /** A copy of the second moment of a parameter as float32; errors as for {@link #firstMoment}. */
  public float[] secondMoment(int parameter) {
    return read(parameter, tensors[parameter].updater.secondMoment());
  }

  private float[] read(int parameter, @Nullable MomentStore store) {
    if (store == null) {
      throw new IllegalStateException("parameter " + tensors[parameter].parameter.name() + ": its update rule keeps no such moment to an element");
    }
    return Updater.read(store, tensors[parameter].parameter.values().length());
  }

  /** Bytes of everything that is kept from step to step, parameters left out. */
  public long stateBytes() {
    StateSize size = new StateSize();
    visit(size);
    return size.bytes();
  }

  void visit(StateVisitor visitor) {
    for (TensorStep tensor : tensors) {
      tensor.visit(visitor);
    }
  }

  /** Goes on from another number of steps, after moments have been restored. */
  void restored(long stepsDone) {
    steps[0] = stepsDone;
    for (TensorStep tensor : tensors) {
      tensor.updater.restored();
    }
  }
}
