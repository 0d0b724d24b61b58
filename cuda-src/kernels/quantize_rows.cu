#include "row_quantizer.cuh"

FP4J_DEFINE_ROWS(fp4j_quantize_nvfp4_rows, 16, FP4J_ROW_PARAMETERS, Untransformed(), Deterministic(), 0, 0)
FP4J_DEFINE_ROWS(fp4j_quantize_mxfp4_rows, 32, FP4J_ROW_PARAMETERS, Untransformed(), Deterministic(), 0, 0)
