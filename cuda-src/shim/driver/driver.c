// A CUDA driver without a GPU, for tests: device memory is host memory, streams run at once, kernels are functions that are registered with it. It is strict: a handle
// that is dead or of another kind, a call outside a context or a copy outside an allocation is an error, as a real driver may or may not notice. Functions named
// fake_* are the test's. Where cuda.h is there the compiler checks every prototype against it.
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(FAKE_WITH_CUDA_H)
#include <cuda.h>
#undef cuDeviceTotalMem
#undef cuEventElapsedTime
#else
typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct handle *CUcontext, *CUstream, *CUevent, *CUmodule, *CUfunction, *CUlibrary, *CUkernel, *CUgraph, *CUgraphExec, *CUgraphNode;
typedef struct { char bytes[16]; } CUuuid;
typedef int CUdevice_attribute, CUfunction_attribute, CUjit_option, CUlibraryOption, CUstreamCaptureMode;
typedef void CUctxCreateParams;
typedef struct { int id; char pad[4]; struct { unsigned int x, y, z; char rest[52]; } value; } CUlaunchAttribute;
typedef struct {
  unsigned int gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY, blockDimZ, sharedMemBytes;
  CUstream hStream;
  CUlaunchAttribute *attrs;
  unsigned int numAttrs;
} CUlaunchConfig;
#define cuDeviceGetUuid cuDeviceGetUuid_v2
#define cuCtxCreate cuCtxCreate_v4
#define cuGraphInstantiate cuGraphInstantiateWithFlags
#define cuDevicePrimaryCtxRelease cuDevicePrimaryCtxRelease_v2
#define cuCtxDestroy cuCtxDestroy_v2
#define cuCtxPushCurrent cuCtxPushCurrent_v2
#define cuCtxPopCurrent cuCtxPopCurrent_v2
#define cuMemGetInfo cuMemGetInfo_v2
#define cuMemAlloc cuMemAlloc_v2
#define cuMemFree cuMemFree_v2
#define cuMemcpyHtoDAsync cuMemcpyHtoDAsync_v2
#define cuMemcpyDtoHAsync cuMemcpyDtoHAsync_v2
#define cuMemcpyDtoDAsync cuMemcpyDtoDAsync_v2
#define cuStreamDestroy cuStreamDestroy_v2
#define cuStreamBeginCapture cuStreamBeginCapture_v2
#define cuEventDestroy cuEventDestroy_v2
#endif
#define cuDeviceTotalMem cuDeviceTotalMem_v2
#define cuEventElapsedTime cuEventElapsedTime_v2

#ifndef FAKE_VERSION
#define FAKE_VERSION 13000
#endif
#ifndef FAKE_NAME
#define FAKE_NAME "Fake GPU"
#endif

enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101, INVALID_CONTEXT = 201, INVALID_PTX = 218,
  INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600, CAPTURE_UNMATCHED = 903 };

// What the test sets.
static int device_count = 1, major = 10, minor = 0, initialised, launches;
static long long calls, fail_status, ticks;
static char fail_function[64];
static int fail_after;
static int busy; // queries answer NOT_READY so often

typedef struct { unsigned int grid[3], block[3], shared, attributes; int ids[4]; unsigned int values[4][3]; char name[64]; } fake_launch;
static fake_launch last;

typedef void (*fake_kernel_function)(const fake_launch *launch, void **parameters);
static struct { char name[64]; fake_kernel_function body; int parameters; } kernels[64];
static int kernel_count;

// Handles are never freed, so that a dead one is known for what it is.
enum kind { CONTEXT = 1, STREAM, EVENT, MODULE, LIBRARY, KERNEL, GRAPH, EXECUTABLE };
typedef struct operation { struct operation *next; int what; void *to; const void *from; size_t bytes; unsigned char value; CUevent event; CUfunction kernel; fake_launch launch;
  int parameter_count; void *parameters[32]; uint64_t values[32]; } operation;
typedef struct handle { enum kind kind; int live; int primary_uses; long long time; char name[64]; unsigned char *image; size_t image_bytes; operation *first, **end; struct handle *parent; } handle;

typedef struct block { struct block *next; unsigned char *start; size_t bytes; int pinned; } block;
static block *blocks;
static int live_handles, live_blocks;

static _Thread_local handle *stack[16];
static _Thread_local int depth;
static handle *primary;

void fake_devices(int count, int new_major, int new_minor) { device_count = count; major = new_major; minor = new_minor; }
void fake_fail(const char *function, int status, int after) { strncpy(fail_function, function, sizeof fail_function - 1); fail_status = status; fail_after = after; }
void fake_busy(int times) { busy = times; }
long long fake_calls(void) { return calls; }
int fake_live(void) { return live_handles + live_blocks; }
int fake_launches(void) { return launches; }
const fake_launch *fake_last_launch(void) { return &last; }
int fake_depth(void) { return depth; }
void fake_kernel(const char *name, fake_kernel_function body, int parameters) {
  strncpy(kernels[kernel_count].name, name, 63);
  kernels[kernel_count].parameters = parameters;
  kernels[kernel_count++].body = body;
}

static int enter(const char *function) {
  calls++;
  if (fail_status != 0 && strcmp(function, fail_function) == 0 && fail_after-- == 0) {
    int status = (int)fail_status;
    fail_status = 0;
    return status;
  }
  return OK;
}
// One call at a time: the state below is everybody's, and so is the execution model that runs kernels.
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *lock(void) { pthread_mutex_lock(&one_at_a_time); return &one_at_a_time; }
static void unlock(pthread_mutex_t **held) { pthread_mutex_unlock(*held); }
#define ENTER __attribute__((cleanup(unlock), unused)) pthread_mutex_t *held_ = lock(); int entered_ = enter(__func__); if (entered_ != OK) return entered_
#define REQUIRE(condition, status) do { if (!(condition)) return (status); } while (0)
#define IN_CONTEXT do { REQUIRE(initialised, NOT_INITIALIZED); REQUIRE(depth > 0 && stack[depth - 1]->live, INVALID_CONTEXT); } while (0)

static handle *make(enum kind kind) {
  handle *made = calloc(1, sizeof(handle));
  made->kind = kind;
  made->live = 1;
  made->end = &made->first;
  live_handles++;
  return made;
}
static int is(const void *candidate, enum kind kind) { const handle *h = candidate; return h != NULL && h->kind == kind && h->live; }
static CUresult destroy(void *candidate, enum kind kind) {
  REQUIRE(is(candidate, kind), INVALID_HANDLE);
  ((handle *)candidate)->live = 0;
  live_handles--;
  return OK;
}
static block *block_of(const void *start, size_t bytes, int pinned) {
  for (block *b = blocks; b != NULL; b = b->next) {
    if (b->pinned == pinned && (const unsigned char *)start >= b->start && (const unsigned char *)start + bytes <= b->start + b->bytes) return b;
  }
  return NULL;
}
static void *allocate(size_t bytes, int pinned) {
  void *start = NULL;
  if (posix_memalign(&start, 256, bytes) != 0) return NULL;
  memset(start, 0xA5, bytes);
  block *b = calloc(1, sizeof(block));
  b->start = start;
  b->bytes = bytes;
  b->pinned = pinned;
  b->next = blocks;
  blocks = b;
  live_blocks++;
  return start;
}
static CUresult release(void *start, int pinned) {
  block *b = block_of(start, 1, pinned);
  REQUIRE(b != NULL && b->start == start, INVALID_VALUE);
  for (block **link = &blocks; *link != NULL; link = &(*link)->next) {
    if (*link == b) {
      *link = b->next;
      break;
    }
  }
  free(b);
  live_blocks--;
  free(start);
  return OK;
}

static void run(const operation *o) {
  if (o->what == 'c') memmove(o->to, o->from, o->bytes);
  if (o->what == 's') memset(o->to, o->value, o->bytes);
  if (o->what == 'e') ((handle *)o->event)->time = ++ticks;
  if (o->what == 'k') {
    launches++;
    last = o->launch;
    for (int i = 0; i < kernel_count; i++) {
      if (strcmp(kernels[i].name, last.name) == 0) kernels[i].body(&last, (void **)o->parameters);
    }
  }
}
// Runs it, or records it where the stream captures.
static CUresult put(void *candidate, operation o) {
  REQUIRE(is(candidate, STREAM), INVALID_HANDLE);
  handle *stream = candidate;
  if (stream->parent == NULL) {
    run(&o);
    return OK;
  }
  operation *kept = malloc(sizeof o);
  *kept = o;
  kept->next = NULL;
  if (o.what == 'k') { // the caller's values are gone when the graph runs
    for (int i = 0; i < o.parameter_count; i++) {
      memcpy(&kept->values[i], o.parameters[i], 8);
      kept->parameters[i] = &kept->values[i];
    }
  }
  *stream->parent->end = kept;
  stream->parent->end = &kept->next;
  return OK;
}

CUresult cuInit(unsigned int flags) { ENTER; REQUIRE(device_count > 0, NO_DEVICE); initialised = 1; return flags == 0 ? OK : INVALID_VALUE; }
CUresult cuDriverGetVersion(int *version) { ENTER; *version = FAKE_VERSION; return OK; }
CUresult cuGetErrorName(CUresult error, const char **text) {
  static const struct { int status; const char *name; } names[] = {{1, "CUDA_ERROR_INVALID_VALUE"}, {2, "CUDA_ERROR_OUT_OF_MEMORY"}, {3, "CUDA_ERROR_NOT_INITIALIZED"},
    {100, "CUDA_ERROR_NO_DEVICE"}, {201, "CUDA_ERROR_INVALID_CONTEXT"}, {218, "CUDA_ERROR_INVALID_PTX"}, {400, "CUDA_ERROR_INVALID_HANDLE"},
    {500, "CUDA_ERROR_NOT_FOUND"}, {700, "CUDA_ERROR_ILLEGAL_ADDRESS"}, {903, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED"}};
  ENTER;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (names[i].status == (int)error) { *text = names[i].name; return OK; }
  }
  *text = NULL;
  return INVALID_VALUE;
}
CUresult cuGetErrorString(CUresult error, const char **text) { ENTER; *text = error == 2 ? "out of memory" : error == 100 ? "no CUDA-capable device is detected" : "an error of the fake"; return OK; }
CUresult cuDeviceGetCount(int *count) { ENTER; REQUIRE(initialised, NOT_INITIALIZED); *count = device_count; return OK; }
CUresult cuDeviceGet(CUdevice *device, int ordinal) { ENTER; REQUIRE(ordinal >= 0 && ordinal < device_count, INVALID_DEVICE); *device = ordinal; return OK; }
CUresult cuDeviceGetName(char *name, int bytes, CUdevice device) { ENTER; REQUIRE(device < device_count, INVALID_DEVICE); strncpy(name, FAKE_NAME, bytes); return OK; }
CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device) { ENTER; memset(uuid, 0x40 + device, 16); return OK; }
CUresult cuDeviceTotalMem(size_t *bytes, CUdevice device) { ENTER; *bytes = (size_t)8 << 30; return device < device_count ? OK : INVALID_DEVICE; }
CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
  ENTER;
  REQUIRE(device < device_count, INVALID_DEVICE);
  switch ((int)attribute) {
    case 1: *value = 1024; break;
    case 2: case 3: *value = 1024; break;
    case 4: *value = 64; break;
    case 5: *value = 2147483647; break;
    case 6: case 7: *value = 65535; break;
    case 8: *value = 49152; break;
    case 10: *value = 32; break;
    case 16: *value = 4; break;
    case 75: *value = major; break;
    case 76: *value = minor; break;
    case 97: *value = 232448; break;
    default: *value = 1;
  }
  return OK;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  ENTER;
  REQUIRE(device < device_count, INVALID_DEVICE);
  if (primary == NULL || !primary->live) primary = make(CONTEXT);
  primary->primary_uses++;
  *context = (CUcontext)primary;
  return OK;
}
CUresult cuDevicePrimaryCtxRelease(CUdevice device) {
  ENTER;
  REQUIRE(device < device_count && primary != NULL && primary->live, INVALID_CONTEXT);
  return --primary->primary_uses == 0 ? destroy(primary, CONTEXT) : OK;
}
CUresult cuCtxCreate(CUcontext *context, CUctxCreateParams *parameters, unsigned int flags, CUdevice device) {
  ENTER;
  REQUIRE(initialised && device < device_count && parameters == NULL && flags == 0, INVALID_VALUE);
  handle *made = make(CONTEXT);
  stack[depth++] = made;
  *context = (CUcontext)made;
  return OK;
}
CUresult cuCtxDestroy(CUcontext context) { ENTER; return destroy(context, CONTEXT); }
CUresult cuCtxPushCurrent(CUcontext context) { ENTER; REQUIRE(is(context, CONTEXT), INVALID_CONTEXT); stack[depth++] = (handle *)context; return OK; }
CUresult cuCtxPopCurrent(CUcontext *context) { ENTER; REQUIRE(depth > 0, INVALID_CONTEXT); *context = (CUcontext)stack[--depth]; return OK; }
CUresult cuCtxSynchronize(void) { ENTER; IN_CONTEXT; return OK; }

CUresult cuMemGetInfo(size_t *left, size_t *total) { ENTER; IN_CONTEXT; *left = (size_t)6 << 30; *total = (size_t)8 << 30; return OK; }
CUresult cuMemAlloc(CUdeviceptr *address, size_t bytes) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(bytes > 0, INVALID_VALUE);
  REQUIRE(bytes < (size_t)8 << 30, OUT_OF_MEMORY);
  *address = (CUdeviceptr)(uintptr_t)allocate(bytes, 0);
  return OK;
}
CUresult cuMemFree(CUdeviceptr address) { ENTER; IN_CONTEXT; return release((void *)(uintptr_t)address, 0); }
CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned int flags) { ENTER; IN_CONTEXT; REQUIRE(flags == 1, INVALID_VALUE); *memory = allocate(bytes, 1); return OK; }
CUresult cuMemFreeHost(void *memory) { ENTER; IN_CONTEXT; return release(memory, 1); }
static CUresult copy(void *to, const void *from, size_t bytes, CUstream stream) {
  operation o = {.what = 'c', .to = to, .from = from, .bytes = bytes};
  return put(stream, o);
}
CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(block_of((void *)(uintptr_t)to, bytes, 0) != NULL, INVALID_VALUE);
  return copy((void *)(uintptr_t)to, from, bytes, stream);
}
CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(block_of((void *)(uintptr_t)from, bytes, 0) != NULL, INVALID_VALUE);
  return copy(to, (void *)(uintptr_t)from, bytes, stream);
}
CUresult cuMemcpyDtoDAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(block_of((void *)(uintptr_t)to, bytes, 0) != NULL && block_of((void *)(uintptr_t)from, bytes, 0) != NULL, INVALID_VALUE);
  return copy((void *)(uintptr_t)to, (void *)(uintptr_t)from, bytes, stream);
}
CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes, CUstream stream) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(block_of((void *)(uintptr_t)to, bytes, 0) != NULL, INVALID_VALUE);
  operation o = {.what = 's', .to = (void *)(uintptr_t)to, .value = value, .bytes = bytes};
  return put(stream, o);
}

CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned int flags, int priority) { ENTER; IN_CONTEXT; REQUIRE(flags == 1 && priority <= 0, INVALID_VALUE); *stream = (CUstream)make(STREAM); return OK; }
CUresult cuStreamDestroy(CUstream stream) { ENTER; IN_CONTEXT; return destroy(stream, STREAM); }
CUresult cuStreamSynchronize(CUstream stream) { ENTER; IN_CONTEXT; REQUIRE(((handle *)stream)->parent == NULL, 900); return is(stream, STREAM) ? OK : INVALID_HANDLE; }
CUresult cuStreamQuery(CUstream stream) { ENTER; IN_CONTEXT; REQUIRE(is(stream, STREAM), INVALID_HANDLE); return busy-- > 0 ? NOT_READY : OK; }
CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned int flags) { ENTER; IN_CONTEXT; return is(stream, STREAM) && is(event, EVENT) && flags == 0 ? OK : INVALID_HANDLE; }
CUresult cuStreamBeginCapture(CUstream stream, CUstreamCaptureMode mode) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(is(stream, STREAM) && mode == 1, INVALID_HANDLE);
  ((handle *)stream)->parent = make(GRAPH);
  return OK;
}
CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(is(stream, STREAM) && ((handle *)stream)->parent != NULL, CAPTURE_UNMATCHED);
  *graph = (CUgraph)((handle *)stream)->parent;
  ((handle *)stream)->parent = NULL;
  return OK;
}

CUresult cuEventCreate(CUevent *event, unsigned int flags) { ENTER; IN_CONTEXT; REQUIRE(flags == 0, INVALID_VALUE); *event = (CUevent)make(EVENT); return OK; }
CUresult cuEventDestroy(CUevent event) { ENTER; IN_CONTEXT; return destroy(event, EVENT); }
CUresult cuEventRecord(CUevent event, CUstream stream) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(is(event, EVENT), INVALID_HANDLE);
  operation o = {.what = 'e', .event = event};
  return put(stream, o);
}
CUresult cuEventQuery(CUevent event) { ENTER; IN_CONTEXT; REQUIRE(is(event, EVENT), INVALID_HANDLE); return busy-- > 0 ? NOT_READY : OK; }
CUresult cuEventSynchronize(CUevent event) { ENTER; IN_CONTEXT; return is(event, EVENT) ? OK : INVALID_HANDLE; }
CUresult cuEventElapsedTime(float *milliseconds, CUevent from, CUevent to) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(is(from, EVENT) && is(to, EVENT) && ((handle *)from)->time > 0 && ((handle *)to)->time > 0, INVALID_HANDLE);
  *milliseconds = (float)(((handle *)to)->time - ((handle *)from)->time);
  return OK;
}

// An image is an ELF file (any cubin, of which the names of its kernels are found), or a text that begins with "fake" and holds the names.
static CUresult load(handle **made, enum kind kind, const void *image, unsigned int count, const CUjit_option *options, void **values) {
  const unsigned char *code = image;
  int elf = memcmp(code, "\177ELF", 4) == 0;
  if (!elf && memcmp(code, "fake", 4) != 0) {
    for (unsigned int i = 0; i < count; i++) {
      if ((int)options[i] == 5) strcpy(values[i], "ptxas fatal : syntax error in the fake's image");
    }
    return INVALID_PTX;
  }
  for (unsigned int i = 0; i < count; i++) {
    if ((int)options[i] == 3) strcpy(values[i], "loaded by the fake");
    if ((int)options[i] == 4 || (int)options[i] == 6) REQUIRE((uintptr_t)values[i] >= 1024, INVALID_VALUE);
  }
  handle *module = make(kind);
  if (elf) { // e_shoff + e_shentsize * e_shnum is where a cubin ends
    uint64_t sections;
    uint16_t size, number;
    memcpy(&sections, code + 40, 8);
    memcpy(&size, code + 58, 2);
    memcpy(&number, code + 60, 2);
    module->image_bytes = sections + (uint64_t)size * number;
  } else {
    module->image_bytes = strlen((const char *)code);
  }
  module->image = malloc(module->image_bytes + 1);
  memcpy(module->image, code, module->image_bytes);
  module->image[module->image_bytes] = 0;
  *made = module;
  return OK;
}
static CUresult find(void **found, const handle *module, const char *name) {
  size_t length = strlen(name);
  for (size_t at = 0; at + length <= module->image_bytes; at++) {
    unsigned char before = at == 0 ? 0 : module->image[at - 1];
    unsigned char after = module->image[at + length];
    if (memcmp(module->image + at, name, length) == 0 && (before == 0 || before == ' ') && (after == 0 || after == ' ')) {
      handle *kernel = make(KERNEL);
      live_handles--; // it dies with its module
      strncpy(kernel->name, name, 63);
      *found = kernel;
      return OK;
    }
  }
  return NOT_FOUND;
}
CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int count, CUjit_option *options, void **values) { ENTER; IN_CONTEXT; return load((handle **)module, MODULE, image, count, options, values); }
CUresult cuModuleUnload(CUmodule module) { ENTER; IN_CONTEXT; return destroy(module, MODULE); }
CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) { ENTER; IN_CONTEXT; REQUIRE(is(module, MODULE), INVALID_HANDLE); return find((void **)function, (handle *)module, name); }
CUresult cuLibraryLoadData(CUlibrary *library, const void *image, CUjit_option *options, void **values, unsigned int count, CUlibraryOption *others, void **other_values, unsigned int other_count) {
  ENTER;
  REQUIRE(initialised && others == NULL && other_values == NULL && other_count == 0, INVALID_VALUE);
  return load((handle **)library, LIBRARY, image, count, options, values);
}
CUresult cuLibraryUnload(CUlibrary library) { ENTER; return destroy(library, LIBRARY); }
CUresult cuLibraryGetKernel(CUkernel *kernel, CUlibrary library, const char *name) { ENTER; REQUIRE(is(library, LIBRARY), INVALID_HANDLE); return find((void **)kernel, (handle *)library, name); }
CUresult cuKernelGetFunction(CUfunction *function, CUkernel kernel) { ENTER; IN_CONTEXT; REQUIRE(is(kernel, KERNEL), INVALID_HANDLE); *function = (CUfunction)kernel; return OK; }
CUresult cuFuncGetAttribute(int *value, CUfunction_attribute attribute, CUfunction function) { ENTER; IN_CONTEXT; REQUIRE(is(function, KERNEL), INVALID_HANDLE); *value = 10 + (int)attribute; return OK; }
CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(is(function, KERNEL) && attribute == 8 && value <= 232448, INVALID_HANDLE);
  ((handle *)function)->primary_uses = value;
  return OK;
}
CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks_, CUfunction function, int threads, size_t shared) { ENTER; IN_CONTEXT; REQUIRE(is(function, KERNEL), INVALID_HANDLE); *blocks_ = shared > 100000 ? 1 : 2048 / threads; return OK; }
CUresult cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction function, void **parameters, void **extra) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(is(function, KERNEL) && extra == NULL && config->numAttrs <= 4, INVALID_HANDLE);
  int allowed = ((handle *)function)->primary_uses;
  REQUIRE(config->sharedMemBytes <= 49152 || (int)config->sharedMemBytes <= allowed, INVALID_VALUE);
  operation o = {.what = 'k', .kernel = function};
  unsigned int sizes[6] = {config->gridDimX, config->gridDimY, config->gridDimZ, config->blockDimX, config->blockDimY, config->blockDimZ};
  memcpy(o.launch.grid, sizes, 12);
  memcpy(o.launch.block, sizes + 3, 12);
  o.launch.shared = config->sharedMemBytes;
  o.launch.attributes = config->numAttrs;
  for (unsigned int i = 0; i < config->numAttrs; i++) {
    o.launch.ids[i] = (int)config->attrs[i].id;
    memcpy(o.launch.values[i], &config->attrs[i].value, 12);
  }
  strcpy(o.launch.name, ((handle *)function)->name);
  for (int i = 0; i < kernel_count; i++) {
    if (strcmp(kernels[i].name, o.launch.name) == 0) o.parameter_count = kernels[i].parameters;
  }
  for (int i = 0; i < o.parameter_count; i++) o.parameters[i] = parameters[i];
  return put(config->hStream, o);
}

CUresult cuGraphGetNodes(CUgraph graph, CUgraphNode *nodes, size_t *count) {
  ENTER;
  REQUIRE(is(graph, GRAPH) && nodes == NULL, INVALID_HANDLE);
  *count = 0;
  for (operation *o = ((handle *)graph)->first; o != NULL; o = o->next) ++*count;
  return OK;
}
CUresult cuGraphDestroy(CUgraph graph) { ENTER; return destroy(graph, GRAPH); }
CUresult cuGraphInstantiate(CUgraphExec *executable, CUgraph graph, unsigned long long flags) {
  ENTER;
  REQUIRE(is(graph, GRAPH) && flags == 0, INVALID_HANDLE);
  handle *made = make(EXECUTABLE);
  made->first = ((handle *)graph)->first;
  *executable = (CUgraphExec)made;
  return OK;
}
CUresult cuGraphExecDestroy(CUgraphExec executable) { ENTER; return destroy(executable, EXECUTABLE); }
CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
  ENTER;
  IN_CONTEXT;
  REQUIRE(is(executable, EXECUTABLE) && is(stream, STREAM), INVALID_HANDLE);
  for (operation *o = ((handle *)executable)->first; o != NULL; o = o->next) run(o);
  return OK;
}
