package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.fp4j.bridge.CompiledC;
import io.github.fp4j.bridge.internal.sys.LaunchStructs;
import io.github.fp4j.bridge.internal.sys.MatmulStructs;
import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number of NVIDIA's headers that the bridge writes down, against two independent sources: the constants of org.bytedeco:cuda, and a C++ compiler. */
class HeaderFactsTest {
  private static final Path CUDA = Path.of("/usr/local/cuda/include");
  private static final Path CUBLAS = Path.of("..", "conformance-tests", "target", "peers", "nvidia", "cu13", "include");

  /** Header name and our number. */
  private static Map<String, Integer> constants() {
    Map<String, Integer> all = new TreeMap<>();
    for (DeviceAttribute one : DeviceAttribute.values()) {
      all.put(one.headerName(), one.code());
    }
    for (FunctionAttribute one : FunctionAttribute.values()) {
      all.put(one.headerName(), one.code());
    }
    for (LaunchAttribute.Id one : LaunchAttribute.Id.values()) {
      all.put(one.headerName(), one.code());
    }
    for (JitOption one : JitOption.values()) {
      all.put(one.headerName(), one.code());
    }
    all.put("CUDA_ERROR_OUT_OF_MEMORY", CudaException.OUT_OF_MEMORY);
    all.put("CUDA_ERROR_NO_DEVICE", CudaException.NO_DEVICE);
    all.put("CUDA_ERROR_NO_BINARY_FOR_GPU", CudaException.NO_BINARY_FOR_GPU);
    all.put("CUDA_ERROR_NOT_FOUND", CudaException.NOT_FOUND);
    all.put("CUDA_ERROR_NOT_READY", CudaException.NOT_READY);
    all.put("CU_MEMHOSTALLOC_PORTABLE", PinnedBuffer.PORTABLE);
    all.put("CU_STREAM_NON_BLOCKING", CudaStream.NON_BLOCKING);
    all.put("CU_EVENT_DEFAULT", CudaEvent.DEFAULT);
    all.put("CU_STREAM_CAPTURE_MODE_THREAD_LOCAL", CudaGraph.THREAD_LOCAL);
    all.putAll(cublasConstants());
    return all;
  }

  private static Map<String, Integer> cublasConstants() {
    Map<String, Integer> all = new TreeMap<>();
    for (CudaDataType one : CudaDataType.values()) {
      all.put(one.headerName(), one.code());
    }
    for (ScaleMode one : ScaleMode.values()) {
      all.put(one.headerName(), one.code());
    }
    for (OperationAttribute one : OperationAttribute.values()) {
      all.put(one.headerName(), one.code());
    }
    for (LayoutAttribute one : LayoutAttribute.values()) {
      all.put(one.headerName(), one.code());
    }
    for (PreferenceAttribute one : PreferenceAttribute.values()) {
      all.put(one.headerName(), one.code());
    }
    all.put("CUBLAS_STATUS_NOT_INITIALIZED", CublasLtException.NOT_INITIALIZED);
    all.put("CUBLAS_STATUS_ALLOC_FAILED", CublasLtException.ALLOC_FAILED);
    all.put("CUBLAS_STATUS_INVALID_VALUE", CublasLtException.INVALID_VALUE);
    all.put("CUBLAS_STATUS_ARCH_MISMATCH", CublasLtException.ARCH_MISMATCH);
    all.put("CUBLAS_STATUS_EXECUTION_FAILED", CublasLtException.EXECUTION_FAILED);
    all.put("CUBLAS_STATUS_INTERNAL_ERROR", CublasLtException.INTERNAL_ERROR);
    all.put("CUBLAS_STATUS_NOT_SUPPORTED", CublasLtException.NOT_SUPPORTED);
    all.put("CUBLAS_COMPUTE_32F", OperationAttribute.COMPUTE_32F);
    all.put("CUBLAS_OP_N", OperationAttribute.OP_N);
    all.put("CUBLAS_OP_T", OperationAttribute.OP_T);
    all.put("CUBLASLT_POINTER_MODE_HOST", OperationAttribute.POINTER_HOST);
    all.put("CUBLASLT_POINTER_MODE_DEVICE", OperationAttribute.POINTER_DEVICE);
    all.put("CUBLASLT_EPILOGUE_DEFAULT", OperationAttribute.EPILOGUE_DEFAULT);
    all.put("CUBLASLT_EPILOGUE_BIAS", OperationAttribute.EPILOGUE_BIAS);
    all.put("CUBLASLT_ORDER_COL", LayoutAttribute.ORDER_COL);
    return all;
  }

  @Test
  void everyNumberIsThatOfTheGeneratedConstants() throws IOException {
    Map<String, Integer> generated = Bytedeco.constants("cudart", "cublas", "nvrtc");
    Map<String, Integer> ours = constants();
    assertThat(generated).hasSizeGreaterThan(2000).containsAllEntriesOf(ours);
    assertThat(ours).hasSize(CONSTANTS);
  }

  /** Header expressions of the structs and our numbers. */
  private static Map<String, Long> layouts(boolean cublas) {
    Map<String, Long> all = new TreeMap<>();
    if (cublas) {
      all.put("sizeof(cublasLtMatmulAlgo_t)", (long) MatmulStructs.ALGORITHM_BYTES);
      put(all, "cublasLtMatmulHeuristicResult_t", MatmulStructs.RESULT);
    } else {
      put(all, "CUlaunchConfig", LaunchStructs.CONFIG);
      put(all, "CUlaunchAttribute", LaunchStructs.ATTRIBUTE);
      all.put("sizeof(CUuuid)", 16L);
      all.put("sizeof(CUdeviceptr)", 8L);
      all.put("sizeof(CUdevice)", 4L);
    }
    return all;
  }

  private static void put(Map<String, Long> all, String struct, StructLayout layout) {
    all.put("sizeof(" + struct + ")", layout.byteSize());
    for (MemoryLayout member : layout.memberLayouts()) {
      member.name().ifPresent(name -> {
        PathElement path = PathElement.groupElement(name);
        all.put("offsetof(" + struct + ", " + name + ")", layout.byteOffset(path));
        all.put("sizeof(((" + struct + "*)0)->" + name + ")", layout.select(path).byteSize());
      });
    }
  }

  @Test
  void theDriversHeaderSaysTheSame(@TempDir Path folder) throws IOException {
    require(CUDA.resolve("cuda.h"), "CUDA's headers");
    Map<String, Integer> constants = constants();
    constants.keySet().removeAll(cublasConstants().keySet());
    assertThat(compareWithHeader(folder, "cuda.h", List.of(CUDA), constants, layouts(false))).isEqualTo(DRIVER_FACTS);
  }

  @Test
  void cublasLtsHeaderSaysTheSame(@TempDir Path folder) throws IOException {
    require(CUDA.resolve("cuda.h"), "CUDA's headers");
    require(CUBLAS.resolve("cublasLt.h"), "cublasLt.h (conformance-tests/peers/fetch)");
    assertThat(compareWithHeader(folder, "cublasLt.h", List.of(CUBLAS, CUDA), cublasConstants(), layouts(true))).isEqualTo(CUBLAS_FACTS);
  }

  private static final int CONSTANTS = 103;
  private static final int DRIVER_FACTS = 75;
  private static final int CUBLAS_FACTS = 69;

  private static void require(Path file, String what) {
    if (!Files.exists(file)) {
      String message = "NOT RUN: no " + what + " here: looked for " + file;
      System.err.println(message);
      abort(message);
    }
  }

  /** How many numbers were compared. */
  private static int compareWithHeader(Path folder, String header, List<Path> includes, Map<String, Integer> constants, Map<String, Long> layouts)
      throws IOException {
    Map<String, Long> expected = new TreeMap<>(layouts);
    constants.forEach((name, code) -> expected.put(name, (long) code));
    StringBuilder source = new StringBuilder("#include <cstddef>\n#include <cstdio>\n#include <" + header + ">\nint main() {\n");
    expected.keySet().forEach(name -> source.append("  std::printf(\"%s=%lld\\n\", \"").append(name).append("\", (long long)(").append(name).append("));\n"));
    Path program = CompiledC.cppProgram(folder, "facts", source.append("}\n").toString(), includes);
    Map<String, Long> printed = new TreeMap<>();
    CompiledC.run(List.of(program.toString())).lines().forEach(line -> {
      int equals = line.lastIndexOf('=');
      printed.put(line.substring(0, equals), Long.valueOf(line.substring(equals + 1)));
    });
    assertThat(printed).isEqualTo(expected);
    return printed.size();
  }
}
