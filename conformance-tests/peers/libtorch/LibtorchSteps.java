import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's optimizers over given gradients, in a process of their own: {@code java -cp JARS LibtorchSteps.java adam|adamw|sgdm N STEPS P G OUT}, where P holds
 * N float32 and G STEPS x N, little-endian, and OUT becomes STEPS x N, the parameters after each step. Learning rate 1e-3 (sgdm 1e-2, momentum .9), betas .9 and
 * .999, epsilon 1e-8, weight decay 1e-2 for adamw.
 */
public final class LibtorchSteps {
  public static void main(String[] args) throws Exception {
    int n = Integer.parseInt(args[1]);
    int steps = Integer.parseInt(args[2]);
    torch.set_num_threads(1);
    float[] p = read(args[3], n);
    float[] g = read(args[4], n * steps);
    Tensor parameter = torch.empty(new long[] {n}).set_requires_grad(true);
    FloatPointer parameters = new FloatPointer(parameter.data_ptr()).capacity(n);
    parameters.put(p, 0, n);
    Tensor gradient = torch.empty(new long[] {n});
    FloatPointer gradients = new FloatPointer(gradient.data_ptr()).capacity(n);
    parameter.mutable_grad().put(gradient);
    Optimizer optimizer = optimizer(args[0], new TensorVector(parameter));
    ByteBuffer out = ByteBuffer.allocate(4 * n * steps).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats = out.asFloatBuffer();
    float[] row = new float[n];
    for (int t = 0; t < steps; t++) {
      gradients.put(g, t * n, n);
      optimizer.step();
      parameters.get(row, 0, n);
      floats.put(row);
    }
    Files.write(Path.of(args[5]), out.array());
  }

  private static Optimizer optimizer(String name, TensorVector parameters) {
    return switch (name) {
      case "adam" -> new Adam(parameters, new AdamOptions(1e-3));
      case "adamw" -> new AdamW(parameters, new AdamWOptions(1e-3));
      case "sgdm" -> {
        SGDOptions options = new SGDOptions(1e-2);
        options.momentum().put(.9);
        yield new SGD(parameters, options);
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static float[] read(String file, int count) throws Exception {
    float[] values = new float[count];
    ByteBuffer.wrap(Files.readAllBytes(Path.of(file))).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
