package io.github.fp4j.bridge.cuda;

import static org.junit.jupiter.api.Assumptions.abort;

import io.github.fp4j.bridge.CompiledC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

/**
 * A GPU that the CPU plays: the fake driver runs the kernels of cuda-src, compiled as C++, under their execution model. Java launches them as it would on a chip; only
 * the images are names.
 */
final class KernelsOnCpu implements AutoCloseable {
  /** In place of device code: the fake driver finds kernels by their names. */
  static final KernelImages NAMES =
      new KernelImages() {
        @Override
        public byte[] image(String file, ComputeCapability device) {
          return ("fake " + String.join(" ", new KernelList().entries().keySet())).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String description() {
          return "by name";
        }
      };

  final FakeDriver fake;
  final CudaContext context;
  final CudaStream stream;
  final DeviceKernels kernels;

  private KernelsOnCpu(FakeDriver fake) {
    this.fake = fake;
    this.context = fake.device().primaryContext();
    this.stream = context.createStream();
    this.kernels = new DeviceKernels(context, NAMES);
  }

  /** A device of this capability whose kernels run. */
  static KernelsOnCpu running(Path folder, int major, int minor) throws IOException {
    FakeDriver fake = FakeDriver.install(folder);
    fake.devices(1, major, minor);
    runKernels(fake);
    return new KernelsOnCpu(fake);
  }

  /** A device that notes in {@code launched} which kernels it was given, and runs none. */
  static KernelsOnCpu noting(Path folder, int major, int minor, Set<String> launched) throws IOException {
    FakeDriver fake = FakeDriver.install(folder);
    fake.devices(1, major, minor);
    new KernelList().entries().forEach((name, entry) -> fake.kernel(name, entry.parameters().size(), (launch, parameters) -> launched.add(launch.name())));
    return new KernelsOnCpu(fake);
  }

  /** Has the fake driver run what is launched. */
  @SuppressWarnings("restricted")
  static void runKernels(FakeDriver fake) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      String message = "NOT RUN: the kernels' execution model on the CPU needs Linux";
      System.err.println(message);
      abort(message);
    }
    SymbolLookup kernels = SymbolLookup.libraryLookup(CompiledC.kernelsOnCpu(), Arena.global());
    new KernelList().entries().forEach((name, entry) -> fake.kernel(name, entry.parameters().size(), kernels.find("run_" + name).orElseThrow()));
  }

  @Override
  public void close() {
    kernels.close();
    stream.close();
    context.close();
    fake.close();
  }
}
