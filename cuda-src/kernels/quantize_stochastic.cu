#include "row_quantizer.cuh"
#include "stochastic_rounding.cuh"

FP4J_DEFINE_ROWS(fp4j_quantize_nvfp4_rows_stochastic, 16, FP4J_STOCHASTIC_PARAMETERS, Untransformed(), Stochastic<false>{rounding}, first_element, row_elements)
FP4J_DEFINE_ROWS(fp4j_quantize_mxfp4_rows_stochastic, 32, FP4J_STOCHASTIC_PARAMETERS, Untransformed(), Stochastic<false>{rounding}, first_element, row_elements)
