// The same by cvt.rs, which takes eight bits for each element. Floor as along rows: .57 ps per element at 8 TB/s (B200).
#include "row_quantizer.cuh"
#include "stochastic_rounding.cuh"

#if defined(FP4J_HAS_RS_CVT) || !defined(__CUDA_ARCH__)

FP4J_DEFINE_ROWS(fp4j_quantize_nvfp4_rows_native_stochastic, 16, FP4J_STOCHASTIC_PARAMETERS, Untransformed(), Stochastic<true>{rounding}, first_element,
                 row_elements)
FP4J_DEFINE_ROWS(fp4j_quantize_mxfp4_rows_native_stochastic, 32, FP4J_STOCHASTIC_PARAMETERS, Untransformed(), Stochastic<true>{rounding}, first_element,
                 row_elements)

#endif
