package io.github.fp4j.bridge.cuda;

import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A block-scaled matrix product {@code D = alpha * A * transpose(B) + beta * C + bias} as it is asked for, whether cuBLASLt can do it or not.
 *
 * <p>All matrices are row-major: A is [M, K], B is [N, K], C and D are [M, N], one after the other for each member of the batch. The bias has N elements and is added
 * to every row. Alpha carries the tensor scales ({@link TensorScales#alpha}).
 *
 * @param m rows of A and D
 * @param n rows of B, columns of D
 * @param k elements along which products are summed
 * @param batch how many products of this shape
 * @param a what A is made of
 * @param b what B is made of
 * @param aAlongK whether A's K elements are contiguous, as they are in [M, K]
 * @param bAlongK whether B's K elements are contiguous, as they are in [N, K]
 * @param c type of C
 * @param d type of D; {@link CudaDataType#R_4F_E2M1} makes it NVFP4, quantised on the way out
 * @param bias type of the bias; null for none
 * @param addsC whether beta may be other than 0
 * @param scalars where alpha and beta lie
 */
public record MatmulRequest(
    int m,
    int n,
    int k,
    int batch,
    OperandFormat a,
    OperandFormat b,
    boolean aAlongK,
    boolean bAlongK,
    CudaDataType c,
    CudaDataType d,
    @Nullable CudaDataType bias,
    boolean addsC,
    Scalars scalars) {

  /** Where alpha and beta lie. */
  public enum Scalars {
    /** They are given with each call. */
    HOST,
    /** The device reads them when it comes to it, so that what runs before on the device can set them. */
    DEVICE
  }

  public MatmulRequest {
    requirePositive("m", m);
    requirePositive("n", n);
    requirePositive("k", k);
    requirePositive("batch", batch);
    Objects.requireNonNull(a, "a");
    Objects.requireNonNull(b, "b");
    Objects.requireNonNull(c, "c");
    Objects.requireNonNull(d, "d");
    Objects.requireNonNull(scalars, "scalars");
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " = " + value + ": expected at least 1");
    }
  }

  /** One NVFP4 product with a D of this type (and a C of bf16, if D is NVFP4), alpha from the host, nothing added. */
  public static MatmulRequest nvfp4(int m, int n, int k, CudaDataType d) {
    return of(OperandFormat.NVFP4, OperandFormat.NVFP4, m, n, k, d);
  }

  /** One product of these formats with a D of this type, alpha from the host, nothing added. */
  public static MatmulRequest of(OperandFormat a, OperandFormat b, int m, int n, int k, CudaDataType d) {
    CudaDataType c = d == CudaDataType.R_4F_E2M1 ? CudaDataType.R_16BF : d;
    return new MatmulRequest(m, n, k, 1, a, b, true, true, c, d, null, false, Scalars.HOST);
  }

  /** The same, so many times. */
  public MatmulRequest batched(int count) {
    return new MatmulRequest(m, n, k, count, a, b, aAlongK, bAlongK, c, d, bias, addsC, scalars);
  }

  /** The same with a C of this type that is added. */
  public MatmulRequest addingC(CudaDataType type) {
    return new MatmulRequest(m, n, k, batch, a, b, aAlongK, bAlongK, type, d, bias, true, scalars);
  }

  /** The same with a bias of this type. */
  public MatmulRequest withBias(CudaDataType type) {
    return new MatmulRequest(m, n, k, batch, a, b, aAlongK, bAlongK, c, d, type, addsC, scalars);
  }

  /** The same with alpha and beta on the device. */
  public MatmulRequest withDeviceScalars() {
    return new MatmulRequest(m, n, k, batch, a, b, aAlongK, bAlongK, c, d, bias, addsC, Scalars.DEVICE);
  }

  /** The same with A stored as [K, M] or B as [K, N]. */
  public MatmulRequest stored(boolean aRowsAlongK, boolean bRowsAlongK) {
    return new MatmulRequest(m, n, k, batch, a, b, aRowsAlongK, bRowsAlongK, c, d, bias, addsC, scalars);
  }

  /** Whether D comes out as NVFP4. */
  public boolean quantizesD() {
    return d == CudaDataType.R_4F_E2M1;
  }
}
