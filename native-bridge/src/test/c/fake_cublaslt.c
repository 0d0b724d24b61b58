// cuBLASLt without a GPU, for tests: descriptors are lists of attributes, and a block-scaled product is computed from them alone, element by element in double, as
// NVIDIA's documentation says. It knows nothing of what the caller meant: a wrong transposition, stride, scale layout or pointer gives a wrong product. Functions
// named fake_* are the test's.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, NOT_SUPPORTED = 15 };
enum { R_32F = 0, R_16F = 2, R_16BF = 14, E4M3 = 28, E5M2 = 29, E2M1 = 33 };
enum { ATTRIBUTES = 48 };

typedef struct { uint64_t value[ATTRIBUTES]; int set[ATTRIBUTES]; int live; } descriptor;
typedef struct { uint64_t words[8]; } algorithm;
typedef struct { algorithm algo; size_t workspace; int state; float waves; int reserved[4]; } result;

static int live, offered = 2, calls, products;
static uint64_t last_algorithm;
static size_t wanted_workspace = 512;

int fake_live(void) { return live; }
int fake_calls(void) { return calls; }
int fake_products(void) { return products; }
long long fake_last_algorithm(void) { return (long long)last_algorithm; }
void fake_offer(int count) { offered = count; }

static descriptor *make(void) { descriptor *d = calloc(1, sizeof *d); d->live = 1; live++; calls++; return d; }
static int destroy(descriptor *d) { calls++; if (d == NULL || !d->live) return INVALID_VALUE; d->live = 0; live--; return OK; }
static int set(descriptor *d, int attribute, const void *value, size_t bytes) {
  calls++;
  if (!d->live || attribute >= ATTRIBUTES || bytes > 8) return INVALID_VALUE;
  d->value[attribute] = 0;
  memcpy(&d->value[attribute], value, bytes);
  d->set[attribute] = 1;
  return OK;
}
static int get(const descriptor *d, int attribute, void *value, size_t bytes, size_t *written) {
  calls++;
  if (!d->live) return INVALID_VALUE;
  memcpy(value, &d->value[attribute], bytes);
  *written = bytes;
  return OK;
}

const char *cublasLtGetStatusName(int status) { return status == 1 ? "CUBLAS_STATUS_NOT_INITIALIZED" : status == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : status == 15 ? "CUBLAS_STATUS_NOT_SUPPORTED" : "CUBLAS_STATUS"; }
const char *cublasLtGetStatusString(int status) { return status == 15 ? "the fake does not support it" : "the fake's words"; }
size_t cublasLtGetVersion(void) { return 130101; }
size_t cublasLtGetCudartVersion(void) { return 13000; }
int cublasLtCreate(void **handle) { *handle = make(); return OK; }
int cublasLtDestroy(void *handle) { return destroy(handle); }
int cublasLtMatmulDescCreate(void **made, int compute, int scale) { descriptor *d = make(); *made = d; d->value[0] = compute; d->value[1] = scale; return OK; }
int cublasLtMatmulDescDestroy(void *d) { return destroy(d); }
int cublasLtMatmulDescSetAttribute(void *d, int attribute, const void *value, size_t bytes) { return set(d, attribute, value, bytes); }
int cublasLtMatmulDescGetAttribute(void *d, int attribute, void *value, size_t bytes, size_t *written) { return get(d, attribute, value, bytes, written); }
int cublasLtMatrixLayoutCreate(void **made, int type, uint64_t rows, uint64_t columns, int64_t ld) {
  descriptor *d = make();
  *made = d;
  d->value[0] = type;
  d->value[2] = rows;
  d->value[3] = columns;
  d->value[4] = ld;
  d->value[5] = 1;
  return OK;
}
int cublasLtMatrixLayoutDestroy(void *d) { return destroy(d); }
int cublasLtMatrixLayoutSetAttribute(void *d, int attribute, const void *value, size_t bytes) { return set(d, attribute, value, bytes); }
int cublasLtMatrixLayoutGetAttribute(void *d, int attribute, void *value, size_t bytes, size_t *written) { return get(d, attribute, value, bytes, written); }
int cublasLtMatmulPreferenceCreate(void **made) { *made = make(); return OK; }
int cublasLtMatmulPreferenceDestroy(void *d) { return destroy(d); }
int cublasLtMatmulPreferenceSetAttribute(void *d, int attribute, const void *value, size_t bytes) { return set(d, attribute, value, bytes); }
int cublasLtMatmulPreferenceGetAttribute(void *d, int attribute, void *value, size_t bytes, size_t *written) { return get(d, attribute, value, bytes, written); }
int cublasLtMatmulAlgoConfigGetAttribute(const void *a, int attribute, void *value, size_t bytes, size_t *written) { (void)a; (void)attribute; calls++; memset(value, 0, bytes); *written = bytes; return OK; }

static int acceptable(const descriptor *op, const descriptor *a, const descriptor *b, const descriptor *d) {
  int fp4 = a->value[0] == E2M1;
  uint64_t mode = fp4 ? 1 : 2;
  return op->value[0] == 68 && op->value[1] == R_32F && op->value[3] == 1 && op->value[4] == 0 && op->value[31] == mode && op->value[32] == mode && op->value[17] % 16 == 0
      && op->value[18] % 16 == 0 && op->value[17] != 0 && op->value[18] != 0 && a->value[2] == b->value[2] && a->value[2] % 32 == 0 && a->value[3] == d->value[2]
      && b->value[3] == d->value[3] && a->value[4] >= a->value[2] && b->value[4] >= b->value[2] && a->value[5] == b->value[5] && a->value[5] == d->value[5]
      && (d->value[0] != E2M1 || (op->value[34] == 0 && op->value[37] == 1 && op->value[20] != 0 && op->value[36] != 0));
}
int cublasLtMatmulAlgoGetHeuristic(void *handle, const descriptor *op, const descriptor *a, const descriptor *b, const descriptor *c, const descriptor *d, const descriptor *preference, int wanted,
                                   result *results, int *count) {
  calls++;
  if (!((descriptor *)handle)->live || !c->live) return NOT_INITIALIZED;
  if (!acceptable(op, a, b, d)) return NOT_SUPPORTED;
  *count = 0;
  for (int i = 0; i < offered && i < wanted; i++) {
    memset(&results[i], 0, sizeof results[i]);
    results[i].algo.words[0] = 0xA190u + i;
    results[i].workspace = wanted_workspace;
    results[i].state = wanted_workspace <= preference->value[1] ? OK : NOT_SUPPORTED;
    results[i].waves = 0.5f + i;
    ++*count;
  }
  return OK;
}
int cublasLtMatmulAlgoCheck(void *handle, const descriptor *op, const descriptor *a, const descriptor *b, const descriptor *c, const descriptor *d, const algorithm *algo, result *found) {
  calls++;
  (void)c;
  if (!((descriptor *)handle)->live || !acceptable(op, a, b, d) || algo->words[0] < 0xA190u || algo->words[0] > 0xA19Fu) return NOT_SUPPORTED;
  memset(found, 0, sizeof *found);
  found->workspace = wanted_workspace;
  return OK;
}

static double narrow(int code, int exponent_bits, int mantissa_bits, int bias) {
  int mantissa = code & ((1 << mantissa_bits) - 1);
  int exponent = code >> mantissa_bits & ((1 << exponent_bits) - 1);
  double value = exponent == 0 ? ldexp(mantissa, 1 - bias - mantissa_bits) : ldexp((1 << mantissa_bits) + mantissa, exponent - bias - mantissa_bits);
  return code >> (exponent_bits + mantissa_bits) & 1 ? -value : value;
}
static float from_bits(uint32_t bits) { float value; memcpy(&value, &bits, 4); return value; }
static uint32_t to_bits(float value) { uint32_t bits; memcpy(&bits, &value, 4); return bits; }
static double element(int type, const void *data, uint64_t index) {
  const unsigned char *bytes = data;
  switch (type) {
    case E2M1: return narrow(bytes[index / 2] >> 4 * (index % 2) & 15, 2, 1, 1);
    case E4M3: return narrow(bytes[index], 4, 3, 7);
    case E5M2: return narrow(bytes[index], 5, 2, 15);
    case R_16BF: return from_bits((uint32_t)((const uint16_t *)data)[index] << 16);
    case R_16F: return narrow(((const uint16_t *)data)[index], 5, 10, 15);
    default: return ((const float *)data)[index];
  }
}
// Block scale of element k of line (a row along K), from tiles of 128 lines by 4 scales.
static double block_scale(int mode, const unsigned char *scales, uint64_t line, uint64_t k, uint64_t length) {
  int vector = mode == 1 ? 16 : 32;
  uint64_t column = k / vector, tiles = (length + 4 * vector - 1) / (4 * vector);
  unsigned char code = scales[((line / 128 * tiles + column / 4) * 32 + line % 32) * 16 + line % 128 / 32 * 4 + column % 4];
  return mode == 1 ? narrow(code & 127, 4, 3, 7) : ldexp(1, code - 127);
}
static uint64_t scale_bytes(int mode, uint64_t lines, uint64_t length) {
  int vector = mode == 1 ? 16 : 32;
  return (lines + 127) / 128 * 128 * ((length + 4 * vector - 1) / (4 * vector) * 4);
}
static int nearest(double value, int mantissa_bits, int exponent_bits, int bias, double most) { // to nearest even, saturating, sign bit on top
  int sign = signbit(value) != 0, best = 0;
  double magnitude = fmin(fabs(value), most), distance = HUGE_VAL;
  for (int code = 0; code < 1 << (mantissa_bits + exponent_bits); code++) {
    double candidate = narrow(code, exponent_bits, mantissa_bits, bias);
    double away = fabs(candidate - magnitude);
    if (candidate <= most && (away < distance || (away == distance && code % 2 == 0))) { best = code; distance = away; }
  }
  return sign << (mantissa_bits + exponent_bits) | best;
}
static void store(int type, void *data, uint64_t index, float value) {
  if (type == R_32F) ((float *)data)[index] = value;
  if (type == R_16BF) { uint32_t bits = to_bits(value); ((uint16_t *)data)[index] = (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16); }
  if (type == R_16F) ((uint16_t *)data)[index] = (uint16_t)nearest(value, 10, 5, 15, 65504);
}
// D in blocks of 16 along its columns: scale, then codes.
static void quantize(const float *column, uint64_t rows, uint64_t line, float in_scale, unsigned char *codes, uint64_t first, unsigned char *scales) {
  uint64_t tiles = (rows + 63) / 64;
  for (uint64_t block = 0; block < rows; block += 16) {
    float most = 0;
    for (uint64_t i = block; i < block + 16 && i < rows; i++) most = fmaxf(most, fabsf(column[i] * in_scale));
    int code = nearest(most / 6.0f, 3, 4, 7, 448);
    double scale = narrow(code, 4, 3, 7);
    uint64_t c = block / 16;
    scales[((line / 128 * tiles + c / 4) * 32 + line % 32) * 16 + line % 128 / 32 * 4 + c % 4] = (unsigned char)code;
    for (uint64_t i = block; i < block + 16 && i < rows; i++) {
      int element_code = scale == 0 ? 0 : nearest(column[i] * in_scale / scale, 1, 2, 1, 6);
      uint64_t at = first + i;
      codes[at / 2] = (unsigned char)(at % 2 == 0 ? (codes[at / 2] & 0xF0) | element_code : (codes[at / 2] & 0x0F) | element_code << 4);
    }
  }
}

int cublasLtMatmul(void *handle, const descriptor *op, const float *alpha, const void *a, const descriptor *al, const void *b, const descriptor *bl, const float *beta, const void *c,
                   const descriptor *cl, void *d, const descriptor *dl, const algorithm *algo, void *workspace, size_t workspace_bytes, void *stream) {
  calls++;
  if (!((descriptor *)handle)->live || stream == NULL || !op->live) return NOT_INITIALIZED;
  if (!acceptable(op, al, bl, dl)) return NOT_SUPPORTED;
  if (workspace_bytes < wanted_workspace || workspace == NULL || (uintptr_t)workspace % 256 != 0) return INVALID_VALUE;
  products++;
  last_algorithm = algo->words[0];
  uint64_t m = dl->value[2], n = dl->value[3], k = al->value[2];
  float *column = malloc(m * sizeof(float));
  int mode = (int)op->value[31];
  for (uint64_t batch = 0; batch < dl->value[5]; batch++) {
    const unsigned char *a_scales = (const unsigned char *)(uintptr_t)op->value[17] + batch * scale_bytes(mode, m, k);
    const unsigned char *b_scales = (const unsigned char *)(uintptr_t)op->value[18] + batch * scale_bytes(mode, n, k);
    for (uint64_t j = 0; j < n; j++) {
      for (uint64_t i = 0; i < m; i++) {
        double sum = 0;
        for (uint64_t p = 0; p < k; p++) {
          sum += element((int)al->value[0], a, batch * al->value[6] + i * al->value[4] + p) * block_scale(mode, a_scales, i, p, k)
              * element((int)bl->value[0], b, batch * bl->value[6] + j * bl->value[4] + p) * block_scale(mode, b_scales, j, p, k);
        }
        float value = *alpha * (float)sum;
        if (*beta != 0) value = fmaf(*alpha, (float)sum, *beta * (float)element((int)cl->value[0], c, batch * cl->value[6] + j * cl->value[4] + i));
        if (op->value[7] == 4) value += (float)element((int)op->value[26], (const void *)(uintptr_t)op->value[8], i);
        column[i] = value;
      }
      uint64_t first = batch * dl->value[6] + j * dl->value[4];
      if (dl->value[0] == E2M1) {
        quantize(column, m, j, *(const float *)(uintptr_t)op->value[20], d, first, (unsigned char *)(uintptr_t)op->value[36] + batch * scale_bytes(1, n, m));
      } else {
        for (uint64_t i = 0; i < m; i++) store((int)dl->value[0], d, first + i, column[i]);
      }
    }
  }
  free(column);
  return OK;
}
