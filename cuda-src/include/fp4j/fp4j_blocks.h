/* Optional functions of the C ABI of fp4j.h: block quantisation and what belongs to it. The rules of fp4j.h hold for them too. */
#ifndef FP4J_FP4J_BLOCKS_H
#define FP4J_FP4J_BLOCKS_H

#include "fp4j/fp4j.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A block format gives every block_size consecutive elements one scale, and perhaps a whole tensor one float32 on top. What one implementation does when it
 * quantises to such a format is a profile, as data. The words of its fields are those of io.github.fp4j.formats.block.QuantizationProfile; in formulas every
 * operation rounds to float32 once, to nearest-even, in the order written, and nothing is fused. Names in them: b largest magnitude of the block, M largest
 * element of the format, emax its exponent, s block scale as stored and read back, t tensor scale as stored, S the tensor's encode scale, x an element, q the value
 * of its code, N = tensor_scale_max * M.
 */

/* fp4j_profile.tensor_scale: what is stored with the tensor. */
enum {
  FP4J_TENSOR_SCALE_NONE = 0,   /* nothing; t = S = 1 */
  FP4J_TENSOR_SCALE_AMAX = 1,   /* the largest magnitude; S = N / t */
  FP4J_TENSOR_SCALE_ENCODE = 2, /* N / amax; S = t */
  FP4J_TENSOR_SCALE_DECODE = 3  /* amax / N; no formula uses S */
};

/* fp4j_profile.tensor_scale_fallback. */
enum {
  FP4J_FALLBACK_ONE = 0,       /* N / amax is at most the largest float; it is 1 where amax or the quotient is 0 */
  FP4J_FALLBACK_ARITHMETIC = 1 /* plain division */
};

/* fp4j_profile.scale_formula: from b to a number, or from EXPONENT_FLOOR on to the exponent of a power of two, clamped to the scale format. */
enum {
  FP4J_SCALE_F1 = 0,                            /* b * (S * (1/M)) */
  FP4J_SCALE_F2 = 1,                            /* (b / M) * S */
  FP4J_SCALE_F3 = 2,                            /* (b * (1/M)) * S */
  FP4J_SCALE_F4 = 3,                            /* (b / M) / t */
  FP4J_SCALE_F5 = 4,                            /* b / (M * t) */
  FP4J_SCALE_F6 = 5,                            /* (b * S) / M */
  FP4J_SCALE_PRESCALED = 6,                     /* (b / t) / M */
  FP4J_SCALE_AMAX_OVER_MAX = 7,                 /* b / M */
  FP4J_SCALE_AMAX_TIMES_RECIPROCAL = 8,         /* b * (1/M) */
  FP4J_SCALE_ENCODE_OF_PRESCALED = 9,           /* M / (b / t): the stored scale encodes */
  FP4J_SCALE_EXPONENT_FLOOR = 10,               /* floor(log2 b) - emax */
  FP4J_SCALE_EXPONENT_CEIL = 11,                /* ceil(log2 b) - emax */
  FP4J_SCALE_EXPONENT_EVEN = 12,                /* floor(log2 r) - emax, r being b rounded, half up, to the element's mantissa bits */
  FP4J_SCALE_EXPONENT_FLOOR_LOG2F = 13,         /* floor(log2f(b)) - emax, with a correctly rounded log2f */
  FP4J_SCALE_EXPONENT_FLOOR_LOG2F_WRAPPED = 14, /* the same plus the bias, its low eight bits; code 0 for a zero or infinite b */
  FP4J_SCALE_EXPONENT_FIELD_UP = 15,            /* exponent field of b / M, plus 1 where any fraction bit is set */
  FP4J_SCALE_EXPONENT_OF_MULTIPLIER = 16        /* -floor(log2f(M / b)) */
};

/* fp4j_profile.scale_cast: how a number becomes a scale code. */
enum {
  FP4J_SCALE_CAST_CONVERT = 0,   /* by scale_conversion */
  FP4J_SCALE_CAST_GGML_UE4M3 = 1 /* half up; below 2^-6 at most code 7; what rounds to 256 or more becomes 448; what is not positive becomes 0 */
};

/* fp4j_profile.scale_guard: which scales scale_guard_value replaces. */
enum {
  FP4J_GUARD_NONE = 0,
  FP4J_GUARD_ZERO_BEFORE_CAST = 1,    /* a zero, before it is clamped and rounded */
  FP4J_GUARD_ZERO_AFTER_CAST = 2,     /* a code that is zero */
  FP4J_GUARD_UNUSABLE_AFTER_CAST = 3  /* a code that is zero, negative, infinite or NaN */
};

/* fp4j_profile.scale_search: whether the scale times 1.5, before rounding, is tried too and kept where its error sum is smaller. */
enum {
  FP4J_SEARCH_NONE = 0,
  FP4J_SEARCH_FOUR_OVER_SIX_ABSOLUTE = 1, /* sum of |(((q * s) * t) / N) - x| in element order; rows of a tile as a tree of distances block_size/2, ... 1 */
  FP4J_SEARCH_FOUR_OVER_SIX_SQUARED = 2   /* the same with squares */
};

/* fp4j_profile.encode_formula: an element before it is rounded. A NaN that arises is positive; one that comes in keeps its sign and payload, made quiet. */
enum {
  FP4J_ENCODE_RECIPROCAL_OF_PRODUCT = 0, /* x * fminf(1 / (s * (1/S)), FLT_MAX) */
  FP4J_ENCODE_QUOTIENT = 1,              /* x * (S / s) */
  FP4J_ENCODE_BF16_COEFFICIENT = 2,      /* x * bf16(fminf(S / s, largest bf16)) */
  FP4J_ENCODE_RECIPROCAL_OF_DECODE = 3,  /* x * ((1/t) / s) */
  FP4J_ENCODE_DIVIDE_BY_PRODUCT = 4,     /* x / (s * t) */
  FP4J_ENCODE_DIVIDE_BY_QUOTIENT = 5,    /* x / (s / t) */
  FP4J_ENCODE_PRESCALED_RECIPROCAL = 6,  /* (x * t) * (1/s) */
  FP4J_ENCODE_PRESCALED_DIVIDE = 7,      /* (x / t) / s */
  FP4J_ENCODE_PRESCALED_MULTIPLY = 8,    /* (x / t) * s */
  FP4J_ENCODE_DIVIDE = 9                 /* x / s */
};

/* fp4j_profile.element_cast: how the scaled element becomes a code. */
enum {
  FP4J_ELEMENT_CONVERT = 0,           /* by element_conversion */
  FP4J_ELEMENT_CONVERT_MAGNITUDE = 1, /* |scaled| by element_conversion; the sign bit where x < 0 and scaled is not NaN */
  FP4J_ELEMENT_NEAREST_PRODUCT = 2,   /* the first code with the smallest |(2q) * (s/2) - x|, scale codes read as for FP4J_DEQUANTIZE_DOUBLED_TIMES_HALF */
  FP4J_ELEMENT_FLOOR_OF_SUM = 3       /* floor(|scaled| / ulp + 0.5) * ulp with the sign, then element_conversion; ulp is the format's at |scaled| */
};

/* fp4j_profile.dequantize_formula. */
enum {
  FP4J_DEQUANTIZE_AMAX_TIMES_FACTOR = 0,      /* ((s * t) * (1/N)) * q */
  FP4J_DEQUANTIZE_PRODUCT = 1,                /* (s * t) * q */
  FP4J_DEQUANTIZE_QUOTIENT = 2,               /* (s / t) * q */
  FP4J_DEQUANTIZE_TENSOR_SCALE_LAST = 3,      /* (q * s) * t */
  FP4J_DEQUANTIZE_DIVIDE_BY_ENCODE_SCALE = 4, /* (q / s) * t */
  FP4J_DEQUANTIZE_SCALE_ONLY = 5,             /* q * s */
  FP4J_DEQUANTIZE_DOUBLED_TIMES_HALF = 6      /* (2q) * (s/2), a q of -0 as +0; E8M0 0xFF is 2^128, E4M3 0x7F is 0 and 0xFF is 480 */
};

/* fp4j_profile.nibble_order, for elements of at most four bits; wider ones take a byte each. */
enum {
  FP4J_NIBBLES_INTERLEAVED_LOW_FIRST = 0, /* elements 2j (low) and 2j + 1 (high) in byte j */
  FP4J_NIBBLES_PLANAR_HALVES = 1       /* elements j (low) and j + block_size/2 (high) in byte j of a block */
};

/* fp4j_profile.ragged_rows: what a row meets whose length is no multiple of row_multiple. */
enum {
  FP4J_RAGGED_REFUSE = 0, /* FP4J_BAD_ARGUMENT */
  FP4J_RAGGED_PAD_WITH_ZEROS = 1     /* it is filled up with +0, and the padding is stored */
};

/* A profile as data: four-byte fields without gaps. */
typedef struct fp4j_profile {
  int32_t block_size;        /* elements per scale, an even number */
  int32_t keeps_nan_in_amax; /* 1 where a NaN makes the largest magnitude NaN, 0 where it is passed over */
  int32_t tensor_scale;
  int32_t tensor_scale_fallback;
  float tensor_scale_max;

  int32_t scale_formula;
  fp4j_format scale_precision; /* what b/M and b*(1/M) are rounded to, nearest-even, before another operand comes in; exponent_bits = 0 for none */
  float scale_lowest;          /* smallest and largest value that is rounded to a code; NaN passes */
  float scale_highest;
  fp4j_conversion scale_conversion; /* for an exponent only its format and overflow count: an infinite b saturates under FP4J_SATURATE, else it gives NaN */
  int32_t scale_cast;
  int32_t scale_guard;
  float scale_guard_value;
  int32_t scale_search;

  int32_t encode_formula;
  int32_t element_cast;
  fp4j_conversion element_conversion;

  int32_t dequantize_formula;
  int32_t nibble_order;
  int32_t ragged_rows;
  int32_t row_multiple; /* a multiple of block_size */
} fp4j_profile;

/* fp4j_stochastic.arithmetic. */
enum {
  FP4J_STOCHASTIC_CARRY_8 = 0,  /* eight random bits per element: away from zero exactly when they carry out of the discarded bits */
  FP4J_STOCHASTIC_CARRY_32 = 1, /* 32, the same way */
  FP4J_STOCHASTIC_FMA_8 = 2     /* E2M1: fma(r/256, step, |x|) rounded down to the grid, step the distance of codes at |x|; NaN gives code 7 */
};

/* fp4j_stochastic.bytes: which byte of a 32-bit word goes to which of four consecutive elements; of no effect with 32 bits. */
enum {
  FP4J_BYTES_ELEMENT = 0, /* byte i to element i */
  FP4J_BYTES_PTX = 1      /* bytes 0 and 2 to elements 0 and 1, bytes 1 and 3 to elements 2 and 3 */
};

/*
 * Stochastic rounding with bits from Philox4x32-10: the key is the seed, counter words 2 and 3 are the offset, words 0 and 1 a block number. Element number i takes
 * word i % 4 of block i / 4 with 32 bits; with eight, a byte of word i / 4 % 4 of block i / 16.
 */
typedef struct fp4j_stochastic {
  int32_t arithmetic;
  int32_t bytes;
  uint64_t seed;
  uint64_t offset;
} fp4j_stochastic;

/*
 * Matrices: float32 row r starts at values + r * stride, stride in elements and at least columns. A quantised matrix of the same shape is two byte arrays, each with
 * the bytes from one row to the next: codes, of which a row takes stored / 2 bytes (stored for elements wider than four bits), and scales, one byte per block,
 * linear; stored is columns rounded up to row_multiple. Functions write every code and scale of their rows, padding included, and nothing else.
 * A null profile or array, a stride that lets rows overlap, and a shape that the profile refuses are FP4J_BAD_ARGUMENT; a profile that is not supported is
 * FP4J_UNSUPPORTED. rows or columns may be 0; arrays may then be null. fp4j's own library also answers FP4J_BAD_ARGUMENT to arrays that are not aligned to their
 * elements, and to sizes whose bytes no size_t can count.
 */

/* 1 if all functions of this section that are exported take the profile, exactly, for every bit pattern; otherwise 0. */
FP4J_EXPORT int32_t fp4j_supports_profile(const fp4j_profile* profile);

/* 1 if fp4j_quantize_stochastic takes the profile with this rounding, whatever its seed and offset; otherwise 0. */
FP4J_EXPORT int32_t fp4j_supports_stochastic(const fp4j_profile* profile, const fp4j_stochastic* rounding);

/* The largest magnitude, 0 for an empty matrix, into *amax; a NaN is written as 0x7FC00000 where the profile keeps it. */
FP4J_EXPORT int32_t fp4j_amax(const fp4j_profile* profile, const float* values, size_t stride, size_t rows, size_t columns, float* amax);

/* Quantises each row in blocks along it. tensor_scale is the number that is stored with the tensor, 1 where there is none. */
FP4J_EXPORT int32_t fp4j_quantize(
    const fp4j_profile* profile, float tensor_scale, const float* values, size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride,
    uint8_t* scales, size_t scales_stride);

/* Quantises the transpose: the result has `columns` rows of `rows` elements, in blocks along them. */
FP4J_EXPORT int32_t fp4j_quantize_transposed(
    const fp4j_profile* profile, float tensor_scale, const float* values, size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride,
    uint8_t* scales, size_t scales_stride);

/* Both from one read. */
FP4J_EXPORT int32_t fp4j_quantize_both(
    const fp4j_profile* profile, float tensor_scale, const float* values, size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride,
    uint8_t* scales, size_t scales_stride, uint8_t* transposed_codes, size_t transposed_codes_stride, uint8_t* transposed_scales,
    size_t transposed_scales_stride);

/* Quantises in squares of block_size by block_size; the scale of a square is stored with each of its rows. A ragged last row of squares is refused or padded (with
   zeros that are not stored) as ragged rows are. */
FP4J_EXPORT int32_t fp4j_quantize_tiles(
    const fp4j_profile* profile, float tensor_scale, const float* values, size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride,
    uint8_t* scales, size_t scales_stride);

/* Quantises each row, elements rounded stochastically; element (r, c) has number first_element + r * row_elements + c. */
FP4J_EXPORT int32_t fp4j_quantize_stochastic(
    const fp4j_profile* profile, float tensor_scale, const fp4j_stochastic* rounding, uint64_t first_element, uint64_t row_elements, const float* values,
    size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride, uint8_t* scales, size_t scales_stride);

/* What the numbers of an array are, in the machine's byte order and at any alignment. */
enum {
  FP4J_VALUES_FLOAT32 = 0,
  FP4J_VALUES_BFLOAT16 = 1, /* the upper half of a float32 */
  FP4J_VALUES_FLOAT16 = 2   /* IEEE binary16 */
};

/*
 * How far a quantised matrix is from what it was made of, x before and y restored, both as float32. Elements of which either is not finite count as such and in no
 * other figure. Sums are of float64 terms: the element in column c is added to sum c % 8 of its figure, in row-major order, and in the end sums 0 to 7 in this order.
 */
typedef struct fp4j_error_figures {
  uint64_t non_finite;
  uint64_t saturated;   /* the largest code, and |y| smaller than |x| */
  uint64_t underflowed; /* y zero, x not */
  double signal_energy; /* of x * x */
  double error_energy;  /* of (y - x) * (y - x) */
  double error_sum;     /* of |y - x| */
  double max_error;
} fp4j_error_figures;

/* fp4j_amax of `count` numbers of any of these types. */
FP4J_EXPORT int32_t fp4j_amax_of_values(const fp4j_profile* profile, int32_t type, const void* values, size_t count, float* amax);

/* fp4j_quantize of dense rows into dense rows, and how far fp4j_dequantize of the result is from them. */
FP4J_EXPORT int32_t fp4j_quantize_measured(
    const fp4j_profile* profile, float tensor_scale, int32_t type, const void* values, size_t rows, size_t columns, uint8_t* codes, uint8_t* scales,
    fp4j_error_figures* figures);

/* Restores rows by columns elements, without padding. Which NaN comes out is open. */
FP4J_EXPORT int32_t fp4j_dequantize(
    const fp4j_profile* profile, float tensor_scale, const uint8_t* codes, size_t codes_stride, const uint8_t* scales, size_t scales_stride, float* values,
    size_t stride, size_t rows, size_t columns);

/*
 * Transforms each row in place, in consecutive groups of `size` elements, a power of two from 2 to 65536: y = (x * S) H / sqrt(size), H Sylvester's matrix. In
 * float32 and in this order: the sign of element i of a group flipped where bit i % 64 of signs[i / 64] is set; butterflies (a, b) -> (a + b, a - b) of distance 1,
 * 2, 4, ... size/2; one multiplication by 1/sqrt(size) as float32; then, unless rounding is null, one rounding to that format, nearest-even, overflow to its
 * infinity or else its largest number. columns must be a multiple of size. Which NaN comes out is open.
 */
FP4J_EXPORT int32_t fp4j_hadamard(
    int32_t size, const uint64_t* signs, const fp4j_format* rounding, float* values, size_t stride, size_t rows, size_t columns);

/* Scale layouts. Tiled ones are padded to whole tiles, padded entries zero. */
enum {
  FP4J_SCALES_LINEAR = 0, /* row after row */
  FP4J_SCALES_SWIZZLED_128X4 = 1,  /* tiles of 128 rows by 4 scales, a row of tiles after another; within one (row % 32) * 16 + (row / 32) * 4 + column */
  FP4J_SCALES_SWIZZLED_8X4 = 2     /* tiles of 8 rows by 4 scales, row-major inside and among themselves */
};

/* Puts rows * columns linear scales into a layout, padding included. */
FP4J_EXPORT int32_t fp4j_swizzle(int32_t layout, size_t rows, size_t columns, const uint8_t* linear, uint8_t* swizzled);

/* Takes them out again. */
FP4J_EXPORT int32_t fp4j_unswizzle(int32_t layout, size_t rows, size_t columns, const uint8_t* swizzled, uint8_t* linear);

#ifdef __cplusplus
}
#endif

#endif
