/*
 * A device on a pipe, in C: reads the questions of `fp4j generate`, prints answers for `fp4j verify`.
 *
 *   cc -O2 -o device device.c
 *   fp4j generate gemm-certified/nvfp4 | ./device | fp4j verify
 *
 * It converts float32 to E2M1 (nearest-even, saturating) and multiplies NVFP4 matrices with the accumulator that is published as nvfp4-gst-f35; everything else
 * it calls unsupported. With the name of a fault as its argument it is wrong in that way:
 *
 *   ties-away scales-switched nibbles-swapped f25 last-block-dropped swizzle-missing truncating crash silent
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char* fault = "";

static int has(const char* name) { return strcmp(fault, name) == 0; }

/* Bytes of a word of hexadecimal digits; the caller frees them. An absent array, "-", has none. */
static uint8_t* bytes_of(const char* word, size_t* count) {
  *count = strcmp(word, "-") == 0 ? 0 : strlen(word) / 2;
  uint8_t* bytes = malloc(*count + 1);
  for (size_t i = 0; i < *count; i++) {
    unsigned value = 0;
    sscanf(word + 2 * i, "%2x", &value);
    bytes[i] = (uint8_t)value;
  }
  return bytes;
}

static float float_of(const char* digits) {
  char word[9] = {0};
  memcpy(word, digits, 8);
  uint32_t bits = (uint32_t)strtoul(word, NULL, 16);
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

static unsigned encode_e2m1(float value) {
  static const float midpoints[] = {0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5.0f};
  if (isnan(value)) {
    return 7;
  }
  unsigned code = 0;
  for (unsigned i = 0; i < 7; i++) {
    float magnitude = fabsf(value);
    int tie_up = has("ties-away") || (i & 1) != 0; /* between codes i and i + 1 the even one wins */
    if (has("truncating")) {
      static const float numbers[] = {0.5f, 1, 1.5f, 2, 3, 4, 6};
      code += magnitude >= numbers[i];
    } else {
      code += magnitude > midpoints[i] || (tie_up && magnitude == midpoints[i]);
    }
  }
  return code | (signbit(value) ? 8u : 0u);
}

/* A UE4M3 scale: its significand in eighths and the exponent that it aligns terms by. */
static void decode_scale(uint8_t code, int64_t* eighths, int* exponent) {
  int field = code >> 3 & 0xF;
  *eighths = field == 0 ? code & 7 : (code & 7) + 8;
  *exponent = (field == 0 ? 1 : field) - 7;
}

/* The low nibble is the even element. */
static int code_of(const uint8_t* codes, int index) { return codes[index / 2] >> 4 * (index & 1) & 0xF; }

/* value * 2^exponent toward zero to the last bit of 2^last; value has at most 62 bits. */
static __int128 cut(__int128 value, int exponent, int last) {
  int shift = exponent - last;
  if (shift >= 0) {
    return value << shift;
  }
  if (shift < -100) {
    return 0;
  }
  return value < 0 ? -(-value >> -shift) : value >> -shift;
}

/* sum * 2^exponent to float32, toward zero. */
static float round_toward_zero(__int128 sum, int exponent) {
  int negative = sum < 0;
  unsigned __int128 magnitude = negative ? -(unsigned __int128)sum : (unsigned __int128)sum;
  while (magnitude >> 24 != 0) {
    magnitude >>= 1;
    exponent++;
  }
  double value = ldexp((double)(uint64_t)magnitude, exponent);
  if (exponent < -149) { /* subnormal: cut at 2^-149 */
    value = ldexp(trunc(ldexp(value, 149)), -149);
  }
  return (float)(negative ? -value : value);
}

/* One k64 step: four groups of 16 and C, aligned to the largest exponent and cut to F fraction bits. */
static float step(const uint8_t* a, const uint8_t* sa, const uint8_t* b, const uint8_t* sb, float c) {
  static const int halves[] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
  int fraction_bits = has("f25") ? 25 : 35;
  int swapped = has("nibbles-swapped"); /* in one operand: in both it could not be seen */
  __int128 terms[5];
  int exponents[5];
  int quanta[5];
  int largest = -126;
  for (int g = 0; g < 4; g++) {
    int64_t sum = 0;
    for (int i = 16 * g; i < 16 * g + 16; i++) {
      sum += halves[code_of(a, i ^ swapped)] * halves[code_of(b, i)];
    }
    int64_t eighths_a, eighths_b;
    int exponent_a, exponent_b;
    decode_scale(sa[g], &eighths_a, &exponent_a);
    decode_scale(sb[g], &eighths_b, &exponent_b);
    terms[g] = (__int128)sum * eighths_a * eighths_b; /* in quarters of 64ths */
    exponents[g] = exponent_a + exponent_b;
    quanta[g] = exponents[g] - 8;
  }
  int exponent_c = 0;
  int64_t significand = (int64_t)ldexp(frexp(c, &exponent_c), 24);
  terms[4] = significand;
  exponents[4] = c == 0 ? -126 : exponent_c - 1;
  quanta[4] = exponent_c - 24;
  for (int i = 0; i < 5; i++) {
    largest = exponents[i] > largest ? exponents[i] : largest;
  }
  int last = largest - fraction_bits;
  __int128 sum = 0;
  for (int i = 0; i < 5; i++) {
    sum += cut(terms[i], quanta[i], last);
  }
  return round_toward_zero(sum, last);
}

static int is_nan_scale(const uint8_t* scales, int count) {
  for (int i = 0; i < count; i++) {
    if ((scales[i] & 0x7F) == 0x7F) {
      return 1;
    }
  }
  return 0;
}

/* Linear scales as a device finds them that takes the 128x4 layout for linear. */
static void misread(uint8_t* scales, int rows, int columns) {
  int padded_columns = (columns + 3) / 4 * 4;
  int padded_rows = (rows + 127) / 128 * 128;
  uint8_t* swizzled = calloc((size_t)padded_rows * padded_columns, 1);
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c++) {
      int tile = r / 128 * (padded_columns / 4) + c / 4;
      swizzled[tile * 512 + r % 32 * 16 + r % 128 / 32 * 4 + c % 4] = scales[r * columns + c];
    }
  }
  memcpy(scales, swizzled, (size_t)rows * columns);
  free(swizzled);
}

static void gemm(int m, int n, int k, uint8_t* a, uint8_t* sa, uint8_t* b, uint8_t* sb, const char* c) {
  int blocks = k / 16;
  int steps = k / 64 - (has("last-block-dropped") ? 1 : 0);
  uint8_t* zeros = calloc((size_t)blocks, 1);
  if (has("swizzle-missing")) {
    misread(sa, m, blocks);
    misread(sb, n, blocks);
  }
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < n; j++) {
      const uint8_t* scales_a = sa + (size_t)i * blocks;
      const uint8_t* scales_b = sb + (size_t)j * blocks;
      if (has("scales-switched")) { /* zeros lie behind the shorter array */
        scales_a = i < n ? sb + (size_t)i * blocks : zeros;
        scales_b = j < m ? sa + (size_t)j * blocks : zeros;
      }
      float d = strcmp(c, "-") == 0 ? 0 : float_of(c + 8 * ((size_t)i * n + j));
      int nan = isnan(d) || is_nan_scale(scales_a, blocks) || is_nan_scale(scales_b, blocks);
      for (int s = 0; s < steps && !nan; s++) {
        d = step(a + (size_t)i * k / 2 + 32 * s, scales_a + 4 * s, b + (size_t)j * k / 2 + 32 * s, scales_b + 4 * s, d);
      }
      printf("%08x", nan ? 0x7FFFFFFFu : bits_of(d));
    }
  }
  free(zeros);
}

static void answer(char* question) {
  char* words[16] = {0};
  int count = 0;
  for (char* word = strtok(question, " "); word != NULL && count < 16; word = strtok(NULL, " ")) {
    words[count++] = word;
  }
  if (count < 2) {
    fprintf(stderr, "a question of %d words: expected an id and an operation\n", count);
    exit(1);
  }
  printf("%s ", words[0]);
  if (count == 4 && strcmp(words[1], "encode") == 0 && strcmp(words[2], "e2m1/nearest-even/saturate") == 0) {
    printf("%02x\n", encode_e2m1(float_of(words[3])));
  } else if (count == 11 && strcmp(words[1], "gemm") == 0 && strcmp(words[2], "nvfp4") == 0 && atoi(words[5]) % 64 == 0) {
    size_t size;
    uint8_t* arrays[4];
    for (int i = 0; i < 4; i++) {
      arrays[i] = bytes_of(words[6 + i], &size);
    }
    gemm(atoi(words[3]), atoi(words[4]), atoi(words[5]), arrays[0], arrays[1], arrays[2], arrays[3], words[10]);
    printf("\n");
    for (int i = 0; i < 4; i++) {
      free(arrays[i]);
    }
  } else {
    printf("unsupported\n");
  }
}

/* One line without its end, of any length; NULL at the end of the input. */
static char* line_of(FILE* in) {
  static char* line = NULL;
  static size_t capacity = 0;
  size_t length = 0;
  int c;
  while ((c = getc(in)) != EOF && c != '\n') {
    if (length + 2 > capacity) {
      capacity = capacity == 0 ? 1 << 16 : 2 * capacity;
      line = realloc(line, capacity);
    }
    line[length++] = (char)c;
  }
  if (c == EOF && length == 0) {
    return NULL;
  }
  line[length] = 0;
  return line;
}

int main(int argc, char** argv) {
  fault = argc > 1 ? argv[1] : "";
  for (char* line = line_of(stdin); line != NULL; line = line_of(stdin)) {
    if (line[0] == '#') {
      puts(line);
      continue;
    }
    if (has("crash") && atoi(line) == 5) {
      fprintf(stderr, "illegal memory access\n");
      abort();
    }
    while (has("silent") && atoi(line) == 5) {
      fflush(stdout);
    }
    answer(line);
    fflush(stdout);
  }
  return 0;
}
