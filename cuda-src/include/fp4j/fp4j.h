/*
 * The C ABI by which fp4j calls, and judges, a native implementation of narrow floating-point conversions and of what is built on them.
 *
 * A shared library that exports the first ten functions below is a subject of the conformance suite, whoever wrote it. fp4j_set_threads and the functions of
 * fp4j_blocks.h, fp4j_gemm.h and fp4j_optim.h are optional, each on its own: a symbol that is not there means that the operation is not supported. Nothing here
 * needs CUDA, C++ or any other part of fp4j.
 *
 * Rules for every function:
 *   - Thread-safe: any number of threads may call at once. A call computes in its caller's thread, unless fp4j_set_threads has said otherwise.
 *   - Reads and writes exactly the ranges it is given. Arrays are aligned to their element type only; source and target do not overlap. A count of 0 is valid,
 *     its pointers may then be null.
 *   - Never exits, throws, prints, or keeps a pointer that it was given.
 *   - FP4J_UNSUPPORTED and FP4J_BAD_ARGUMENT are decided before anything is written.
 *
 * A code is sign, exponent field and mantissa field from the top bit down, in the low bits of a byte, the unused high bits 0. "Packed" four-bit codes lie two
 * to a byte, the earlier one in the low nibble; the high nibble left over by an odd count is 0.
 */
#ifndef FP4J_FP4J_H
#define FP4J_FP4J_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define FP4J_EXPORT __declspec(dllexport)
#else
#define FP4J_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. It changes when a library built for the old one could no longer be called; new functions alone do not change it. */
#define FP4J_ABI_VERSION 1

/* Results. */
enum {
  FP4J_OK = 0,
  FP4J_UNSUPPORTED = 1,  /* this conversion or format is not implemented here */
  FP4J_BAD_ARGUMENT = 2, /* a null pointer, or a value that no field may have */
  FP4J_FAILED = 3,       /* anything else; the target may be partly written */
  FP4J_REFUSED = 4       /* an element has no code: FP4J_NAN_REFUSE, or an infinity that only a finite number may replace; the target may be partly written */
};

/* fp4j_format.top_codes: what the largest exponent field means. */
enum {
  FP4J_TOP_NUMBERS = 0,    /* numbers like all others (E2M1, E2M3, E3M2) */
  FP4J_TOP_SINGLE_NAN = 1, /* numbers, but for the code with every magnitude bit set, which is NaN (E4M3, E8M0) */
  FP4J_TOP_IEEE = 2        /* IEEE 754: mantissa 0 is infinity, all others are NaN (E5M2) */
};

/* fp4j_format.bottom_codes: what exponent field 0 means. */
enum {
  FP4J_BOTTOM_ZERO_AND_SUBNORMALS = 0, /* IEEE 754 */
  FP4J_BOTTOM_NORMALS = 1              /* an ordinary binade; the format has no zero (E8M0) */
};

/* A format as data. exponent_bits is 1..8, and 0 only where a field says that it stands for "none". */
typedef struct fp4j_format {
  int32_t exponent_bits;
  int32_t mantissa_bits;
  int32_t bias;
  int32_t is_signed; /* 0 or 1 */
  int32_t top_codes;
  int32_t bottom_codes;
} fp4j_format;

/* Initialisers of the formats with names. */
#define FP4J_E2M1 {2, 1, 1, 1, FP4J_TOP_NUMBERS, FP4J_BOTTOM_ZERO_AND_SUBNORMALS}
#define FP4J_E2M3 {2, 3, 1, 1, FP4J_TOP_NUMBERS, FP4J_BOTTOM_ZERO_AND_SUBNORMALS}
#define FP4J_E3M2 {3, 2, 3, 1, FP4J_TOP_NUMBERS, FP4J_BOTTOM_ZERO_AND_SUBNORMALS}
#define FP4J_E4M3 {4, 3, 7, 1, FP4J_TOP_SINGLE_NAN, FP4J_BOTTOM_ZERO_AND_SUBNORMALS}
#define FP4J_E4M3_IEEE {4, 3, 7, 1, FP4J_TOP_IEEE, FP4J_BOTTOM_ZERO_AND_SUBNORMALS}
#define FP4J_UE4M3 {4, 3, 7, 0, FP4J_TOP_SINGLE_NAN, FP4J_BOTTOM_ZERO_AND_SUBNORMALS}
#define FP4J_E5M2 {5, 2, 15, 1, FP4J_TOP_IEEE, FP4J_BOTTOM_ZERO_AND_SUBNORMALS}
#define FP4J_UE5M3 {5, 3, 15, 0, FP4J_TOP_SINGLE_NAN, FP4J_BOTTOM_ZERO_AND_SUBNORMALS}
#define FP4J_UE8M0 {8, 0, 127, 0, FP4J_TOP_SINGLE_NAN, FP4J_BOTTOM_NORMALS}

/* fp4j_conversion.rounding. Directions are those of the signed value. */
enum {
  FP4J_NEAREST_EVEN = 0,        /* a tie goes to the neighbour whose code is even */
  FP4J_NEAREST_AWAY = 1,        /* a tie goes away from zero */
  FP4J_NEAREST_TOWARD_ZERO = 2, /* a tie goes toward zero */
  FP4J_TOWARD_ZERO = 3,
  FP4J_UP = 4,   /* toward plus infinity */
  FP4J_DOWN = 5, /* toward minus infinity */
  FP4J_STOCHASTIC = 6
};

/* fp4j_conversion.overflow: what a magnitude that rounds beyond the largest finite number, and an infinite input, become. */
enum {
  FP4J_SATURATE = 0,                       /* the largest finite number, for infinities too */
  FP4J_SATURATE_FINITE = 1,                /* the largest finite number; an infinity becomes the format's infinity, or else its NaN */
  FP4J_SATURATE_FINITE_INFINITY_TO_ZERO = 2,
  FP4J_OVERFLOW_TO_NAN = 3,
  FP4J_OVERFLOW_TO_INFINITY = 4
};

/* fp4j_conversion.nan: what NaN becomes. "Sign" is the sign bit of the NaN that came in. */
enum {
  FP4J_NAN_POSITIVE_MAX = 0,     /* the largest finite number, positive */
  FP4J_NAN_SIGNED_MAX = 1,       /* the largest finite number with the NaN's sign */
  FP4J_NAN_ZERO = 2,             /* positive zero */
  FP4J_NAN_NEGATED_ZERO = 3,     /* zero with the opposite of the NaN's sign */
  FP4J_NAN_POSITIVE = 4,         /* the NaN with all mantissa bits set, positive */
  FP4J_NAN_SIGNED = 5,           /* the same with the NaN's sign */
  FP4J_NAN_NEGATIVE = 6,         /* the same, negative where the format has a sign */
  FP4J_NAN_SIGNED_QUIET = 7,     /* the NaN with only the top mantissa bit set, with the NaN's sign */
  FP4J_NAN_UNTESTED = 8,         /* no test: the bits of the NaN go through the integer rounding like a number's */
  FP4J_NAN_REFUSE = 9            /* no code; the call must fail */
};

/* fp4j_conversion.zero_sign: the sign of zero results in a signed format. */
enum {
  FP4J_ZERO_KEEP_SIGN = 0,         /* that of the input */
  FP4J_ZERO_DROP_SIGN_OF_ZERO = 1, /* an input of -0 gives +0; a negative number that rounds to zero keeps its sign */
  FP4J_ZERO_DROP_SIGN = 2          /* always plus */
};

/* fp4j_conversion.unsigned_policy: what an unsigned format makes of a negative number, or of zero where it has none. To be ignored for signed formats. */
enum {
  FP4J_UNSIGNED_MAGNITUDE = 0, /* the sign is dropped first; zero becomes the smallest code */
  FP4J_UNSIGNED_SMALLEST = 1,  /* negative numbers become the smallest code, as zero does */
  FP4J_UNSIGNED_NAN = 2        /* negative numbers, -0 included, and a zero without a code become NaN */
};

/* A conversion as data. */
typedef struct fp4j_conversion {
  fp4j_format format;
  int32_t rounding;
  int32_t random_bits; /* 1..32 with FP4J_STOCHASTIC, 0 otherwise */
  int32_t overflow;
  int32_t nan;
  int32_t zero_sign;
  int32_t unsigned_policy;
  fp4j_format pre_rounding; /* a wider format to which the value is rounded (nearest-even) first; exponent_bits = 0 for none */
} fp4j_conversion;

/* The input argument of fp4j_supports. */
enum {
  FP4J_FLOAT32 = 0,
  FP4J_FLOAT64 = 1
};

/* FP4J_ABI_VERSION of the header that the library was built with. Called before any other function. */
FP4J_EXPORT int32_t fp4j_abi_version(void);

/* A short name for reports, UTF-8, lower case without spaces, at most 64 bytes. The string lives as long as the library. */
FP4J_EXPORT const char* fp4j_name(void);

/* What it is, in one line of UTF-8: library, version, instruction set. At most 1024 bytes. The string lives as long as the library. */
FP4J_EXPORT const char* fp4j_description(void);

/* 1 if values of the given input type are encoded under the conversion exactly as it says, rounding once, for every bit pattern; otherwise 0. */
FP4J_EXPORT int32_t fp4j_supports(const fp4j_conversion* conversion, int32_t input);

/* 1 if codes of the format can be decoded; otherwise 0. */
FP4J_EXPORT int32_t fp4j_supports_decoding(const fp4j_format* format);

/* Encodes count float32 values, one code to a byte. */
FP4J_EXPORT int32_t fp4j_encode_f32(const fp4j_conversion* conversion, const float* values, uint8_t* codes, size_t count);

/* Encodes count float64 values, one code to a byte. */
FP4J_EXPORT int32_t fp4j_encode_f64(const fp4j_conversion* conversion, const double* values, uint8_t* codes, size_t count);

/* Encodes count float32 values into (count + 1) / 2 packed bytes. Formats wider than four bits are unsupported. */
FP4J_EXPORT int32_t fp4j_encode_packed(const fp4j_conversion* conversion, const float* values, uint8_t* packed, size_t count);

/* Decodes count codes, one to a byte; bits above the format's width are ignored. A NaN is written as 0x7FC00000. */
FP4J_EXPORT int32_t fp4j_decode(const fp4j_format* format, const uint8_t* codes, float* values, size_t count);

/* Decodes count codes from (count + 1) / 2 packed bytes. Formats wider than four bits are unsupported. */
FP4J_EXPORT int32_t fp4j_decode_packed(const fp4j_format* format, const uint8_t* packed, float* values, size_t count);

/* What fp4j_set_threads takes at most. */
#define FP4J_MOST_THREADS 1024

/*
 * Optional. How many threads one call may use from now on, whoever calls in this process: 1, as it is at first, for the caller's own; 0 for as many as there are
 * processors that the thread which says so may run on. FP4J_BAD_ARGUMENT below 0 and above FP4J_MOST_THREADS. May be called at any time.
 *
 * Results have the same bits whatever the number. Small work stays with its caller, and so does all of it where no further thread can be had. Helpers are made when
 * they are first needed, take no signals, compute in the default floating-point environment, and serve all calls of the process; they end when the library is
 * unloaded or the process exits. The child of a fork begins without any.
 */
FP4J_EXPORT int32_t fp4j_set_threads(int32_t threads);

#ifdef __cplusplus
}
#endif

#endif
