// Elements along rows rounded by random bits. Floor as without them, .57 ps per element at 8 TB/s (B200), 2.5 ps at 1.79 TB/s (RTX 5090). A Philox block is some 80
// instructions: a lane computes one for its eight elements where they take eight bits each, .27 ps per element at 37 T/s (B200), two where they take 32, .54 ps.
#include "row_quantizer.cuh"
#include "stochastic_rounding.cuh"

FP4J_DEFINE_ROWS(fp4j_quantize_nvfp4_rows_stochastic, 16, FP4J_STOCHASTIC_PARAMETERS, Untransformed(), Stochastic<false>{rounding}, first_element, row_elements)
FP4J_DEFINE_ROWS(fp4j_quantize_mxfp4_rows_stochastic, 32, FP4J_STOCHASTIC_PARAMETERS, Untransformed(), Stochastic<false>{rounding}, first_element, row_elements)
