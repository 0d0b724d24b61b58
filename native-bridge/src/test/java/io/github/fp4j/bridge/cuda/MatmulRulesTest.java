package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each rule is broken alone, by requests that break no other; and nothing has been called by then. */
class MatmulRulesTest {
  private static final ComputeCapability B200 = new ComputeCapability(10, 0);
  private static final MatmulRequest GOOD = MatmulRequest.nvfp4(128, 64, 64, CudaDataType.R_16BF);

  @TempDir private Path folder;
  private FakeDriver fake;
  private CudaContext context;
  private DeviceBuffer memory;
  private MatmulOperands operands;

  @BeforeEach
  void install() throws IOException {
    fake = FakeDriver.install(folder);
    context = fake.device().primaryContext();
    memory = context.allocate(1 << 20);
    operands = MatmulOperands.of(memory, memory, memory, memory, memory);
  }

  @AfterEach
  void close() {
    memory.close();
    context.close();
    fake.close();
  }

  private void breaks(String rule, String problem, MatmulRequest request, MatmulOperands where, ComputeCapability device) {
    assertThat(MatmulRules.explain(request, where, device))
        .as("%s", request)
        .singleElement()
        .satisfies(broken -> assertThat(broken.rule().id()).isEqualTo(rule))
        .satisfies(broken -> assertThat(broken.problem()).contains(problem));
    broken.add(rule);
  }

  private void breaks(String rule, String problem, MatmulRequest request) {
    breaks(rule, problem, request, operands, B200);
  }

  private void breaks(String rule, String problem, MatmulOperands where) {
    breaks(rule, problem, GOOD, where, B200);
  }

  private final List<String> broken = new ArrayList<>();

  private DeviceRange at(long offset) {
    return new DeviceRange(memory, offset, memory.bytes() - offset);
  }

  private MatmulOperands with(DeviceRange a, DeviceRange aScales, DeviceRange d, DeviceRange workspace) {
    return new MatmulOperands(a, aScales, operands.b(), operands.bScales(), null, d, null, null, null, workspace);
  }

  @Test
  void everyRuleIsBrokenByItself() {
    long calls = fake.calls();
    breaks("operand-format", "cuBLASLt has UE8M0 scales for FP8 only; multiply them with fp4j's own kernel",
        MatmulRequest.of(OperandFormat.MXFP4, OperandFormat.MXFP4, 128, 64, 64, CudaDataType.R_16BF));
    breaks("operand-format", "mxfp6-e2m3 operands: expected nvfp4, mxfp8-e4m3 or mxfp8-e5m2",
        MatmulRequest.of(OperandFormat.MXFP6_E2M3, OperandFormat.MXFP8_E4M3, 128, 64, 64, CudaDataType.R_16BF));
    breaks("one-scale-mode", "A is nvfp4 and B is mxfp8-e4m3: expected both NVFP4 or both MXFP8",
        MatmulRequest.of(OperandFormat.NVFP4, OperandFormat.MXFP8_E4M3, 128, 64, 64, CudaDataType.R_16BF));
    breaks("tn-form", "B is stored as [K, N]: cuBLASLt's block-scaled products need the TN form; quantise the transpose", GOOD.stored(true, false));
    breaks("tn-form", "A is stored as [K, M], B is stored as [K, N]", GOOD.stored(false, false));
    breaks("k-multiple", "k = 48 is not a multiple of 32: pad A and B with zeros to k = 64", MatmulRequest.nvfp4(128, 64, 48, CudaDataType.R_16BF));
    breaks("k-multiple", "k = 40 is not a multiple of 32",
        MatmulRequest.of(OperandFormat.MXFP8_E4M3, OperandFormat.MXFP8_E5M2, 128, 64, 40, CudaDataType.R_16BF));
    breaks("n-multiple", "n = 63 is not a multiple of 8, 16 bytes of R_16BF: pad B with zero rows to n = 64",
        MatmulRequest.nvfp4(128, 63, 64, CudaDataType.R_16BF));
    breaks("n-multiple", "n = 6 is not a multiple of 4, 16 bytes of R_32F", MatmulRequest.nvfp4(128, 6, 64, CudaDataType.R_32F));
    breaks("output-types", "C R_32F, D R_16BF, bias none: expected one of",
        GOOD.addingC(CudaDataType.R_32F), operands.withC(memory), B200);
    breaks("output-types", "C R_32F, D R_32F, bias R_32F: expected one of",
        MatmulRequest.nvfp4(128, 64, 64, CudaDataType.R_32F).withBias(CudaDataType.R_32F), operands.withBias(memory), B200);
    breaks("compute-capability", "the device has compute capability 9.0", GOOD, operands, new ComputeCapability(9, 0));
    breaks("scale-pointers", "aScales = null: the heuristics look at the pointers", with(at(0), null, at(0), null));
    breaks("c-pointer", "c = null: expected C, [M, N] of R_16BF", GOOD.addingC(CudaDataType.R_16BF));
    breaks("d-scales", "D is NVFP4: expected dScale", MatmulRequest.nvfp4(128, 64, 64, CudaDataType.R_4F_E2M1), operands.withC(memory), B200);
    breaks("d-scales", "D is R_16BF: expected neither dScale nor dScales", operands.withDScales(memory, memory));
    breaks("bias-pointer", "bias = null: expected N elements of R_16BF", GOOD.withBias(CudaDataType.R_16BF));
    breaks("bias-pointer", "bias is given but not asked for", operands.withBias(memory));
    breaks("alignment", "a starts at 0x", with(at(8), at(0), at(0), null));
    breaks("alignment", "aScales starts at 0x", with(at(0), at(4), at(0), null));
    breaks("alignment", "d starts at 0x", with(at(0), at(0), at(2), null));
    breaks("workspace-alignment", "expected a multiple of 256 bytes", with(at(0), at(0), at(0), at(16)));
    breaks("sizes", "a has 4095 bytes: expected at least 4096", with(new DeviceRange(memory, 0, 4095), at(0), at(0), null));
    breaks("sizes", "aScales has 511 bytes: expected at least 512", with(at(0), new DeviceRange(memory, 0, 511), at(0), null));
    breaks("sizes", "d has 16383 bytes: expected at least 16384", with(at(0), at(0), new DeviceRange(memory, 0, 16383), null));
    assertThat(fake.calls()).as("calls of the driver").isEqualTo(calls);
    try (CudaContext elsewhere = fake.device().createContext();
        DeviceBuffer foreign = elsewhere.allocate(1 << 20)) {
      breaks("one-context", "d lies in another context than a", with(at(0), at(0), DeviceRange.of(foreign), null));
    }
    assertThat(MatmulRules.all()).extracting(MatmulRule::id).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(broken.stream().distinct().toList());
    assertThat(MatmulRules.all()).allSatisfy(rule -> assertThat(rule.source()).isNotBlank());
    assertThat(broken).hasSize(26);
  }

  @Test
  void whatFollowsTheRulesIsFine() {
    MatmulOperands all = operands.withC(memory).withDScales(memory, memory);
    assertThat(MatmulRules.explain(GOOD, operands, B200)).isEmpty();
    assertThat(MatmulRules.explain(GOOD, operands, new ComputeCapability(12, 1))).isEmpty();
    assertThat(MatmulRules.explain(MatmulRequest.nvfp4(1, 32, 32, CudaDataType.R_4F_E2M1), all, B200)).isEmpty();
    assertThat(MatmulRules.explain(MatmulRequest.nvfp4(1, 4, 32, CudaDataType.R_32F).batched(5), operands, B200)).isEmpty();
  }

  @Test
  void aPlanIsRefusedWithAllThatIsBrokenBeforeAnythingIsCalled() throws IOException {
    FakeCublasLt cublasLt = FakeCublasLt.install(folder);
    try (CublasLt.Handle handle = cublasLt.library().createHandle(context)) {
      context.device().computeCapability(); // asked once
      int calls = cublasLt.calls();
      long driverCalls = fake.calls();
      assertThatExceptionOfType(UnsupportedMatmulException.class)
          .isThrownBy(() -> MatmulPlan.create(handle, MatmulRequest.nvfp4(128, 63, 48, CudaDataType.R_16BF).stored(true, false), operands, 0))
          .satisfies(e -> assertThat(e.broken()).extracting(one -> one.rule().id()).containsExactly("tn-form", "k-multiple", "n-multiple"))
          .withMessageContaining("[k-multiple: rows of A and B are whole blocks and multiples of 16 bytes; cuBLAS 13 documentation, cublasLtMatmul]");
      assertThat(cublasLt.calls()).isEqualTo(calls);
      assertThat(fake.calls()).isEqualTo(driverCalls);
    }
  }
}
