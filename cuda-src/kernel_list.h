// Every kernel that can be launched: the one table from which the .cu files declare what they define, and against which the Java launchers are tested.
//
//   FP4J_KERNEL(file, kernel, architectures, threads, unit, units_per_block, (parameters))
//
//   file             kernels/<file>.cu, and the name of its fatbin
//   architectures    any; sm_89_up; fp4: sm_100a, sm_103a, sm_120a, sm_121a; sm_10x: sm_100a, sm_103a; sm_12x: sm_120a, sm_121a
//   threads          of a block, in x. No kernel takes dynamic shared memory
//   unit             what the work is counted in, see below. Every kernel strides over its work by the grid, in x: any grid from one block on gives the same bytes,
//                    ceil(units / units_per_block) blocks cover the work in one stride, and more than fill the device once gain nothing
//   parameters       of types that mean the same to every compiler; int is 32 bits, long long 64, pointers are device pointers. A struct is passed by value
//
// Units: one (a single unit); values (count, or rows * columns); chunks (8 elements of a stored row: rows * stored_columns / 8, rows and stored_columns rounded up
// to 128 rows and 4 blocks where scale_layout is not linear, to 8 rows and 4 blocks for 8x4); tiles (64 x 64 elements of the input, rounded up alike); squares (of
// block size by block size); scale_tiles (of the layout); d_tiles (128 x 128 elements of D); d_model_tiles (16 x 16); y_elements (of y); steps (count);
// gradient_chunks (4096 elements of count); state_blocks (block_size elements of count); code_bytes (of count codes).
//
// Matrices are row-major, a stride counts elements from row to row, of codes and scales bytes. scale_layout: 0 linear, 1 swizzled 128x4, 2 swizzled 8x4; a swizzled
// layout has no stride, and its padding is written as zero. Pointers marked "or null" may be 0.
#ifndef FP4J_KERNEL
#error "define FP4J_KERNEL(file, kernel, architectures, threads, unit, units_per_block, parameters) first"
#endif

// *amax_bits = max(*amax_bits, bits of the largest magnitude), to be zeroed before the first call; a NaN counts as 0x7FC00000 or, if keeps_nan is 0, not at all.
FP4J_KERNEL(amax, fp4j_amax, any, 256, values, 8192,
            (const float* values, long long rows, long long columns, long long stride, int keeps_nan, unsigned* amax_bits))
// What the profile stores for a tensor with this largest magnitude.
FP4J_KERNEL(amax, fp4j_tensor_scale, any, 32, one, 1, (fp4j_profile profile, const unsigned* amax_bits, float* tensor_scale))

// Blocks along rows. stored_columns is the length of a row in storage, a multiple of the block: what lies beyond columns counts as +0.
FP4J_KERNEL(quantize_rows, fp4j_quantize_nvfp4_rows, any, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout))
FP4J_KERNEL(quantize_rows, fp4j_quantize_mxfp4_rows, any, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout))

// The same with elements rounded stochastically: element (r, c) is number first_element + r * row_elements + c.
FP4J_KERNEL(quantize_stochastic, fp4j_quantize_nvfp4_rows_stochastic, any, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout,
             fp4j_stochastic rounding, long long first_element, long long row_elements))
FP4J_KERNEL(quantize_stochastic, fp4j_quantize_mxfp4_rows_stochastic, any, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout,
             fp4j_stochastic rounding, long long first_element, long long row_elements))
// The same by cvt.rs.satfinite.e2m1x4: carry-8 arithmetic, bytes in PTX order. Which random byte goes to which element is documented in a figure only.
FP4J_KERNEL(quantize_native_stochastic, fp4j_quantize_nvfp4_rows_native_stochastic, sm_10x, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout,
             fp4j_stochastic rounding, long long first_element, long long row_elements))
FP4J_KERNEL(quantize_native_stochastic, fp4j_quantize_mxfp4_rows_native_stochastic, sm_10x, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout,
             fp4j_stochastic rounding, long long first_element, long long row_elements))

// Blocks along columns: the quantised transpose, columns rows of stored_rows elements. With codes not null also blocks along rows, from the same read.
FP4J_KERNEL(quantize_columns, fp4j_quantize_nvfp4_columns, any, 256, tiles, 1,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout,
             long long stored_rows,
             unsigned char* transposed_codes, long long transposed_codes_stride, unsigned char* transposed_scales, long long transposed_scales_stride))
FP4J_KERNEL(quantize_columns, fp4j_quantize_mxfp4_columns, any, 256, tiles, 1,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout,
             long long stored_rows,
             unsigned char* transposed_codes, long long transposed_codes_stride, unsigned char* transposed_scales, long long transposed_scales_stride))

// Squares of block size by block size; the scale of a square is stored with each of its rows.
FP4J_KERNEL(quantize_squares, fp4j_quantize_nvfp4_squares, any, 256, squares, 32,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout))
FP4J_KERNEL(quantize_squares, fp4j_quantize_mxfp4_squares, any, 256, squares, 8,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout))

// Randomised Hadamard transform of groups of 16: sign i of a group is minus where bit i of signs is set; results are rounded to bf16 if to_bf16 is not 0. columns, or
// rows where it goes along columns, is a multiple of 16.
FP4J_KERNEL(hadamard, fp4j_hadamard16, any, 256, chunks, 256,
            (float* values, long long rows, long long columns, long long stride, unsigned signs, int to_bf16))
// As fp4j_amax, of the transformed values.
FP4J_KERNEL(hadamard, fp4j_hadamard16_amax, any, 256, tiles, 1,
            (const float* values, long long rows, long long columns, long long stride, int along_columns, unsigned signs, int to_bf16,
             int keeps_nan, unsigned* amax_bits))
// Transformed, then quantised, along rows or, the transpose, along columns.
FP4J_KERNEL(hadamard_quantize, fp4j_hadamard16_quantize_nvfp4_rows, any, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout,
             unsigned signs, int to_bf16))
FP4J_KERNEL(hadamard_quantize, fp4j_hadamard16_quantize_mxfp4_rows, any, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride, long long stored_columns,
             unsigned char* codes, long long codes_stride, unsigned char* scales, long long scales_stride, int scale_layout,
             unsigned signs, int to_bf16))
FP4J_KERNEL(hadamard_quantize, fp4j_hadamard16_quantize_nvfp4_columns, any, 256, tiles, 1,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride,
             long long stored_rows,
             unsigned char* transposed_codes, long long transposed_codes_stride, unsigned char* transposed_scales, long long transposed_scales_stride,
             int scale_layout, unsigned signs, int to_bf16))
FP4J_KERNEL(hadamard_quantize, fp4j_hadamard16_quantize_mxfp4_columns, any, 256, tiles, 1,
            (fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride,
             long long stored_rows,
             unsigned char* transposed_codes, long long transposed_codes_stride, unsigned char* transposed_scales, long long transposed_scales_stride,
             int scale_layout, unsigned signs, int to_bf16))

// rows x columns values from stored rows.
FP4J_KERNEL(dequantize, fp4j_dequantize_nvfp4, any, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const unsigned char* codes, long long codes_stride, const unsigned char* scales,
             long long scales_stride, int scale_layout, float* values, long long rows, long long columns, long long stride))
FP4J_KERNEL(dequantize, fp4j_dequantize_mxfp4, any, 256, chunks, 256,
            (fp4j_profile profile, const float* tensor_scale, const unsigned char* codes, long long codes_stride, const unsigned char* scales,
             long long scales_stride, int scale_layout, float* values, long long rows, long long columns, long long stride))

// Linear scales (dense, columns in a row) to a layout and back.
FP4J_KERNEL(scale_layout, fp4j_swizzle_128x4, any, 256, scale_tiles, 8,
            (const unsigned char* linear, long long rows, long long columns, unsigned char* swizzled))
FP4J_KERNEL(scale_layout, fp4j_unswizzle_128x4, any, 256, scale_tiles, 8,
            (const unsigned char* swizzled, long long rows, long long columns, unsigned char* linear))
FP4J_KERNEL(scale_layout, fp4j_swizzle_8x4, any, 256, scale_tiles, 128,
            (const unsigned char* linear, long long rows, long long columns, unsigned char* swizzled))
FP4J_KERNEL(scale_layout, fp4j_unswizzle_8x4, any, 256, scale_tiles, 128,
            (const unsigned char* swizzled, long long rows, long long columns, unsigned char* linear))

// D = alpha * (A * transpose(B) + C), A [m, k], B [n, k] of interleaved codes, C and D [m, n] dense. c null: +0; alpha null: 1; otherwise C starts the accumulators and
// *alpha multiplies their end.
// On the tensor cores: a_scales and b_scales swizzled 128x4, k a multiple of 32, codes and scales 16-byte aligned, rows of codes k / 2 bytes.
FP4J_KERNEL(gemm_mma, fp4j_gemm_nvfp4_mma, sm_12x, 256, d_tiles, 1,
            (const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
             long long m, long long n, long long k, const float* alpha))
FP4J_KERNEL(gemm_mma, fp4j_gemm_mxfp4_mma, sm_12x, 256, d_tiles, 1,
            (const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
             long long m, long long n, long long k, const float* alpha))
// On any GPU, by the named rule, with linear scales; k is a multiple of 64.
FP4J_KERNEL(gemm_model, fp4j_gemm_nvfp4_model, any, 256, d_model_tiles, 1,
            (fp4j_accumulation model, const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
             long long m, long long n, long long k, const float* alpha))
FP4J_KERNEL(gemm_model, fp4j_gemm_mxfp4_model, any, 256, d_model_tiles, 1,
            (fp4j_accumulation model, const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
             long long m, long long n, long long k, const float* alpha))

// y = alpha * W x, W [rows, k] of interleaved codes with linear scales, x float32: lane l of 32 sums the chunks of 32 elements l, l + 32, ... in order with fused
// multiply-adds, scaled by chunk; lanes are added as a tree, distances 16, 8, 4, 2, 1. k is a multiple of 32; codes and x are 16-byte aligned.
FP4J_KERNEL(gemv, fp4j_gemv_nvfp4, any, 256, y_elements, 32,
            (const unsigned char* w, const unsigned char* scales, const float* x, float* y, long long rows, long long k, const float* alpha))
FP4J_KERNEL(gemv, fp4j_gemv_mxfp4, any, 256, y_elements, 32,
            (const unsigned char* w, const unsigned char* scales, const float* x, float* y, long long rows, long long k, const float* alpha))

// One instruction for each thread: what a chip answers to given bits. Nothing here has another body: without the instruction there is no kernel.
FP4J_KERNEL(probe_cvt, fp4j_probe_cvt_rn_e2m1x2, fp4, 256, values, 256,
            (const float* high, const float* low, unsigned char* results, long long count))
FP4J_KERNEL(probe_cvt, fp4j_probe_cvt_rs_e2m1x4, sm_10x, 256, values, 256,
            (const float* operands, const unsigned* random, unsigned short* results, long long count))
FP4J_KERNEL(probe_cvt, fp4j_probe_cvt_rn_e4m3x2, sm_89_up, 256, values, 256,
            (const float* high, const float* low, unsigned short* results, long long count))
FP4J_KERNEL(probe_cvt, fp4j_probe_cvt_rz_ue8m0x2, fp4, 256, values, 256,
            (const float* high, const float* low, unsigned short* results, long long count))
FP4J_KERNEL(probe_cvt, fp4j_probe_cvt_rp_ue8m0x2, fp4, 256, values, 256,
            (const float* high, const float* low, unsigned short* results, long long count))
FP4J_KERNEL(probe_cvt, fp4j_probe_cvt_f16x2_e2m1x2, fp4, 256, values, 256,
            (const unsigned char* codes, unsigned* results, long long count))
// count independent m16n8k64 steps: a [16, 64] and b [8, 64] codes, packed; a_scales [16, 4] and b_scales [8, 4], or [16, 2] and [8, 2] for mxfp4; c and d [16, 8].
FP4J_KERNEL(probe_mma, fp4j_probe_mma_nvfp4, sm_12x, 32, steps, 1,
            (const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
             long long count))
FP4J_KERNEL(probe_mma, fp4j_probe_mma_mxfp4, sm_12x, 32, steps, 1,
            (const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
             long long count))
// count independent m128n8k64 steps of tcgen05.mma: as above with 128 rows of A, C and D.
FP4J_KERNEL(probe_tcgen05, fp4j_probe_tcgen05_nvfp4, sm_10x, 128, steps, 1,
            (const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
             long long count))
FP4J_KERNEL(probe_tcgen05, fp4j_probe_tcgen05_mxfp4, sm_10x, 128, steps, 1,
            (const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
             long long count))

// An optimizer's step: bits, order and rules are those of fp4j_optim.h. A count is of elements; the arrays of a chunk or block have one entry to each.
// Largest magnitudes, as bits, and sums of squares of the chunks of a gradient.
FP4J_KERNEL(optim, fp4j_optim_scan, any, 256, gradient_chunks, 8, (const float* gradient, long long count, unsigned* magnitudes, double* squares))
// The sums after clipping, and how many elements were clipped. magnitudes: those of the scan, and chunks that do not reach above the threshold keep their sum and get 0
// clipped elements unread; or null.
FP4J_KERNEL(optim, fp4j_optim_clip, any, 256, gradient_chunks, 8,
            (const float* gradient, long long count, float threshold, float ratio, const unsigned* magnitudes, double* squares, int* clipped))
// target may be the gradient.
FP4J_KERNEL(optim, fp4j_optim_condition, any, 256, values, 1024, (fp4j_adam adam, const float* gradient, float* target, long long count))
FP4J_KERNEL(optim, fp4j_optim_adam, any, 256, values, 1024,
            (fp4j_adam adam, float* parameters, const float* gradient, float* first, float* second, long long count))
// maxima = max(maxima, |values|); *largest_bits as amax_bits above, but NaN stay as they are.
FP4J_KERNEL(optim, fp4j_optim_raise_maxima, any, 256, values, 1024, (const float* values, float* maxima, long long count, unsigned* largest_bits))
FP4J_KERNEL(optim, fp4j_optim_limit_scales, any, 256, values, 1024, (float bound, const float* maxima, float* scales, long long count))

// Moments in codes of 4 or 8 bits: codebook holds 2^bits ascending values. block_size is even.
FP4J_KERNEL(optim_states, fp4j_optim_encode_blocks, any, 256, state_blocks, 8,
            (const float* codebook, int bits, int zero_code, long long block_size, const float* values, long long count, unsigned char* packed, float* scales))
FP4J_KERNEL(optim_states, fp4j_optim_decode_blocks, any, 256, code_bytes, 256,
            (const float* codebook, int bits, long long block_size, const unsigned char* packed, const float* scales, float* values, long long count))
// With a scale to every element.
FP4J_KERNEL(optim_states, fp4j_optim_encode, any, 256, code_bytes, 256,
            (const float* codebook, int bits, int zero_code, const float* values, const float* scales, unsigned char* packed, long long count))
FP4J_KERNEL(optim_states, fp4j_optim_decode, any, 256, code_bytes, 256,
            (const float* codebook, int bits, const unsigned char* packed, const float* scales, float* values, long long count))
// fp4j_optim_adam with both moments in 4 bits and blocks of 128, decoded and encoded on the way.
FP4J_KERNEL(optim_states, fp4j_optim_adam_4bit, any, 256, state_blocks, 8,
            (fp4j_adam adam, float* parameters, const float* gradient,
             const float* first_codebook, int first_zero_code, unsigned char* first_packed, float* first_scales,
             const float* second_codebook, int second_zero_code, unsigned char* second_packed, float* second_scales, long long count))
