// A device by files, in CUDA C++ or plain C++17: reads the questions of `fp4j generate SUITE --format bin`, writes a file of answers for `fp4j verify`.
//
//   nvcc -std=c++17 -o device device.cu            with a GPU
//   g++ -std=c++17 -x c++ -o device device.cu      the same without one
//   ./device vectors.bin answers.bin [swizzle-missing]
//
// It answers the products of NVFP4 and MXFP4, reading the scales in the 128x4 layout in which they lie in the file, and leaves out everything else. Put your own
// kernel in place of `dot`. With "swizzle-missing" it takes the swizzled scales for linear ones.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#ifdef __CUDACC__
#define DEVICE __host__ __device__
#else
#define DEVICE
#endif

struct Product {
  const uint8_t *a, *a_scales, *b, *b_scales;  // codes row-major, scales 128x4
  const float* c;                              // row-major; null for zeros
  int m, n, k, block;
  bool linear_scales;
};

DEVICE inline float e2m1(unsigned code) {
  const float magnitudes[8] = {0, .5f, 1, 1.5f, 2, 3, 4, 6};
  return code & 8 ? -magnitudes[code & 7] : magnitudes[code & 7];
}

DEVICE inline float scale(unsigned code, int block) {
  if (block == 32) {
    return code == 255 ? NAN : ldexpf(1, int(code) - 127);
  }
  unsigned field = code >> 3 & 15, mantissa = code & 7;
  return (code & 127) == 127 ? NAN : field == 0 ? ldexpf(float(mantissa), -9) : ldexpf(float(mantissa + 8), int(field) - 10);
}

DEVICE inline unsigned scale_at(const uint8_t* scales, int row, int column, int columns, bool linear) {
  int tiles = (columns + 3) / 4;
  int swizzled = (row / 128 * tiles + column / 4) * 512 + row % 32 * 16 + row % 128 / 32 * 4 + column % 4;
  return scales[linear ? row * columns + column : swizzled];
}

// One element of D: summed in float64 and rounded once, so that what misread operands make of it is still the exact sum.
DEVICE inline float dot(const Product& p, int row, int column) {
  double sum = p.c == nullptr ? 0 : p.c[size_t(row) * p.n + column];
  int blocks = p.k / p.block;
  for (int block = 0; block < blocks; block++) {
    float products = 0;
    for (int i = block * p.block; i < (block + 1) * p.block; i++) {
      unsigned x = p.a[(size_t(row) * p.k + i) / 2] >> 4 * (i & 1) & 15;
      unsigned y = p.b[(size_t(column) * p.k + i) / 2] >> 4 * (i & 1) & 15;
      products += e2m1(x) * e2m1(y);
    }
    float scale_a = scale(scale_at(p.a_scales, row, block, blocks, p.linear_scales), p.block);
    float scale_b = scale(scale_at(p.b_scales, column, block, blocks, p.linear_scales), p.block);
    sum += double(products) * scale_a * scale_b;
  }
  return float(sum);
}

#ifdef __CUDACC__
static void check(cudaError_t status, const char* call) {
  if (status != cudaSuccess) {
    std::fprintf(stderr, "%s: %s\n", call, cudaGetErrorString(status));
    std::exit(1);
  }
}

__global__ void multiply(Product p, float* d) {
  size_t i = size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < size_t(p.m) * p.n) {
    d[i] = dot(p, int(i / p.n), int(i % p.n));
  }
}

template <typename T>
static T* on_device(const T* host, size_t count) {
  T* copy = nullptr;
  check(cudaMalloc(&copy, count * sizeof(T)), "cudaMalloc");
  check(cudaMemcpy(copy, host, count * sizeof(T), cudaMemcpyHostToDevice), "cudaMemcpy");
  return copy;
}
#endif

static std::vector<float> product(Product p, size_t a_scales, size_t b_scales) {
  std::vector<float> d(size_t(p.m) * p.n, NAN);
#ifdef __CUDACC__
  p.a = on_device(p.a, size_t(p.m) * p.k / 2);
  p.b = on_device(p.b, size_t(p.n) * p.k / 2);
  p.a_scales = on_device(p.a_scales, a_scales);
  p.b_scales = on_device(p.b_scales, b_scales);
  p.c = p.c == nullptr ? nullptr : on_device(p.c, d.size());
  float* result = on_device(d.data(), d.size());  // poisoned with NaN
  multiply<<<unsigned((d.size() + 127) / 128), 128>>>(p, result);
  check(cudaGetLastError(), "multiply");
  check(cudaMemcpy(d.data(), result, d.size() * sizeof(float), cudaMemcpyDeviceToHost), "cudaMemcpy");
  for (const void* array : {(const void*)p.a, (const void*)p.b, (const void*)p.a_scales, (const void*)p.b_scales, (const void*)p.c, (const void*)result}) {
    check(cudaFree(const_cast<void*>(array)), "cudaFree");
  }
#else
  (void)a_scales;
  (void)b_scales;
  for (size_t i = 0; i < d.size(); i++) {
    d[i] = dot(p, int(i / p.n), int(i % p.n));
  }
#endif
  return d;
}

// ---- the header: as much JSON as it uses

struct Json {
  std::string text;  // of a string, or the digits of a number
  std::vector<Json> items;
  std::map<std::string, Json> fields;

  const Json& operator[](const char* name) const {
    auto found = fields.find(name);
    if (found == fields.end()) {
      std::fprintf(stderr, "the header has no \"%s\"\n", name);
      std::exit(2);
    }
    return found->second;
  }
  long long number() const { return std::atoll(text.c_str()); }
};

static void skip(const char*& at) {
  while (*at == ' ' || *at == ',' || *at == ':' || *at == '\n') {
    at++;
  }
}

static Json parse(const char*& at) {
  Json value;
  skip(at);
  if (*at == '"') {  // no name or argument has an escaped character
    const char* end = std::strchr(at + 1, '"');
    value.text.assign(at + 1, end);
    at = end + 1;
  } else if (*at == '{' || *at == '[') {
    char close = *at == '{' ? '}' : ']';
    for (skip(++at); *at != close && *at != 0; skip(at)) {
      if (close == ']') {
        value.items.push_back(parse(at));
      } else {
        std::string name = parse(at).text;
        value.fields[name] = parse(at);
      }
    }
    at++;
  } else {
    while (*at != 0 && std::strchr(",]} ", *at) == nullptr) {
      value.text += *at++;
    }
  }
  return value;
}

// ---- files

static const size_t ALIGNMENT = 256;

static const Json* input(const Json& question, const char* name) {
  for (const Json& one : question["inputs"].items) {
    if (one["name"].text == name) {
      return one["bytes"].number() == 0 ? nullptr : &one;
    }
  }
  return nullptr;
}

static std::string sha256(const std::string& bytes);

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s vectors.bin answers.bin [swizzle-missing]\n", argv[0]);
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  std::string file((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (file.size() < 16 || file.compare(0, 8, "FP4JVEC1") != 0) {
    std::fprintf(stderr, "%s: not a file of questions: expected the magic FP4JVEC1\n", argv[1]);
    return 2;
  }
  uint64_t length;
  std::memcpy(&length, &file[8], 8);
  std::string json = file.substr(16, length);
  const char* at = json.c_str();
  Json header = parse(at);
  std::string questions = file.substr(16 + length);
  if (sha256(questions) != header["payload_sha256"].text) {
    std::fprintf(stderr, "%s: cut off or altered: its SHA-256 is not the header's\n", argv[1]);
    return 2;
  }

  std::string cases, payload;
  for (const Json& one : header["cases"].items) {
    const Json *a = input(one, "a-codes"), *b = input(one, "b-codes"), *c = input(one, "c");
    const Json *a_scales = input(one, "a-scales-128x4"), *b_scales = input(one, "b-scales-128x4");
    if (one["operation"].text != "gemm" || a_scales == nullptr) {
      continue;
    }
    auto bytes = [&](const Json* array) { return reinterpret_cast<const uint8_t*>(&questions[size_t((*array)["offset"].number())]); };
    const std::vector<Json>& arguments = one["arguments"].items;
    Product p;
    p.block = arguments[0].text == "mxfp4" ? 32 : 16;
    p.m = int(arguments[1].number());
    p.n = int(arguments[2].number());
    p.k = int(arguments[3].number());
    p.a = bytes(a);
    p.b = bytes(b);
    p.a_scales = bytes(a_scales);
    p.b_scales = bytes(b_scales);
    p.c = c == nullptr ? nullptr : reinterpret_cast<const float*>(bytes(c));  // little-endian, like every machine with such a GPU
    p.linear_scales = argc > 3 && std::strcmp(argv[3], "swizzle-missing") == 0;
    std::vector<float> d = product(p, size_t((*a_scales)["bytes"].number()), size_t((*b_scales)["bytes"].number()));
    char text[256];
    std::snprintf(
        text, sizeof text, "%s{\"id\":%lld,\"outputs\":[{\"name\":\"d\",\"dtype\":\"float32\",\"shape\":[%d,%d],\"offset\":%zu}]}", cases.empty() ? "" : ",",
        one["id"].number(), p.m, p.n, payload.size());
    cases += text;
    payload.append(reinterpret_cast<const char*>(d.data()), d.size() * sizeof(float));
    payload.resize((payload.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
  }

  std::string answer = "{\"suite\":\"" + header["suite"].text + "\",\"seed\":" + header["seed"].text + ",\"count\":" + header["count"].text + ",\"sha256\":\"" +
                       header["sha256"].text + "\",\"payload_sha256\":\"" + sha256(payload) + "\",\"cases\":[" + cases + "]}";
  answer.resize((16 + answer.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - 16, ' ');
  uint64_t answer_length = answer.size();
  std::ofstream out(argv[2], std::ios::binary);
  out.write("FP4JANS1", 8).write(reinterpret_cast<const char*>(&answer_length), 8);
  out << answer << payload;
  out.close();
  if (!out) {
    std::fprintf(stderr, "%s: cannot be written\n", argv[2]);
    return 2;
  }
  return 0;
}

// FIPS 180-4.
static std::string sha256(const std::string& bytes) {
  uint32_t h[8], k[64];
  int prime = 2;
  for (int i = 0; i < 64; prime++) {  // the fractions of the square and cube roots of the first primes
    bool is_prime = true;
    for (int d = 2; d * d <= prime; d++) {
      is_prime = is_prime && prime % d != 0;
    }
    if (is_prime) {
      long double square = std::sqrt((long double)prime), cube = std::cbrt((long double)prime);
      if (i < 8) {
        h[i] = uint32_t((square - std::floor(square)) * 4294967296.0L);
      }
      k[i++] = uint32_t((cube - std::floor(cube)) * 4294967296.0L);
    }
  }
  std::string message = bytes + char(0x80);
  message.resize((message.size() + 8 + 63) / 64 * 64);
  for (int i = 0; i < 8; i++) {
    message[message.size() - 1 - i] = char(uint64_t(bytes.size()) * 8 >> 8 * i);
  }
  auto rotated = [](uint32_t x, int n) { return x >> n | x << (32 - n); };
  for (size_t start = 0; start < message.size(); start += 64) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++) {
      const uint8_t* b = reinterpret_cast<const uint8_t*>(&message[start + 4 * i]);
      w[i] = uint32_t(b[0]) << 24 | uint32_t(b[1]) << 16 | uint32_t(b[2]) << 8 | b[3];
    }
    for (int i = 16; i < 64; i++) {
      uint32_t s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3;
      uint32_t s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    std::memcpy(s, h, sizeof s);
    for (int i = 0; i < 64; i++) {
      uint32_t one = s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
      uint32_t two = (rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      std::memmove(s + 1, s, 7 * sizeof *s);
      s[4] += one;
      s[0] = one + two;
    }
    for (int i = 0; i < 8; i++) {
      h[i] += s[i];
    }
  }
  char text[65];
  for (int i = 0; i < 8; i++) {
    std::snprintf(text + 8 * i, 9, "%08x", h[i]);
  }
  return text;
}
