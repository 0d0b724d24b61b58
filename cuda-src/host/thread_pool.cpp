// POSIX threads: the functions of the C++ library would throw where no thread can be had, and nothing here may.
#include "thread_pool.h"

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace fp4j::host {
namespace {

std::atomic<int> allowed{1};

constexpr std::size_t pieces_per_thread = 4;  // so that a thread which is held up leaves work to others

// One call's work, on the stack of its caller. All but `next` is guarded by the pool's mutex, or never changes.
struct Job {
  Piece piece;
  void* context;
  std::size_t count;
  std::size_t grain;
  std::size_t grains;
  std::size_t pieces;
  int most_helpers;
  std::atomic<std::size_t> next{0};
  int joined = 0;
  int working = 0;
  Job* following = nullptr;

  std::size_t start(std::size_t index) const {
    const std::size_t rest = grains % pieces;
    const std::size_t from = index * (grains / pieces) + (index < rest ? index : rest);
    return from == grains ? count : from * grain;
  }

  void work(int thread) {
    for (std::size_t index = next++; index < pieces; index = next++) {
      piece(context, start(index), start(index + 1), thread);
    }
  }

  bool has_room() const { return joined < most_helpers && next < pieces; }
};

// Threads that wait for work, for all calls of the process. They are made when first needed and joined when the library is unloaded or the process exits.
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t wanted = PTHREAD_COND_INITIALIZER;    // there is a job with room, or the pool closes
pthread_cond_t finished = PTHREAD_COND_INITIALIZER;  // no helper works on some job any more
Job* jobs = nullptr;
pthread_t helpers[most_threads];
int helper_count = 0;
bool is_closed = false;

Job* job_with_room() {
  Job* job = jobs;
  while (job != nullptr && !job->has_room()) {
    job = job->following;
  }
  return job;
}

void* help(void*) {
  fesetenv(FE_DFL_ENV);  // not that of the call that happened to need this thread first
  pthread_mutex_lock(&mutex);
  while (!is_closed) {
    Job* const job = job_with_room();
    if (job == nullptr) {
      pthread_cond_wait(&wanted, &mutex);
      continue;
    }
    const int thread = ++job->joined;
    job->working++;
    pthread_mutex_unlock(&mutex);
    job->work(thread);
    pthread_mutex_lock(&mutex);
    if (--job->working == 0) {
      pthread_cond_broadcast(&finished);
    }
  }
  pthread_mutex_unlock(&mutex);
  return nullptr;
}

// A process that forks leaves its threads behind; the child begins with an empty pool.
void before_fork() {
  pthread_mutex_lock(&mutex);
}

void in_parent() {
  pthread_mutex_unlock(&mutex);
}

void in_child() {
  mutex = PTHREAD_MUTEX_INITIALIZER;
  wanted = PTHREAD_COND_INITIALIZER;
  finished = PTHREAD_COND_INITIALIZER;
  jobs = nullptr;
  helper_count = 0;
}

void watch_forks() {
  pthread_atfork(before_fork, in_parent, in_child);
}

// Under the mutex. Without enough threads, those that there are do the work. Signals are for the threads of the application.
void have_helpers(int count) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_forks);
  constexpr std::size_t stack_bytes = std::size_t{1} << 20;  // what the loops hold in arrays several times over, whatever the system's default
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (helper_count < count && pthread_create(&helpers[helper_count], &attributes, help, nullptr) == 0) {
    helper_count++;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
}

// Runs when the library is unloaded and when the process exits: no thread may be left in code that goes away. Calls that come later have their caller's thread.
struct Closing {
  ~Closing() {
    pthread_mutex_lock(&mutex);
    is_closed = true;
    pthread_cond_broadcast(&wanted);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < helper_count; i++) {
      pthread_join(helpers[i], nullptr);
    }
  }
} closing;

int processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return CPU_COUNT(&set);
  }
#endif
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : online < most_threads ? static_cast<int>(online) : most_threads;
}

std::size_t chosen_elements_at_once() {
  const char* const setting = std::getenv("FP4J_ELEMENTS_AT_ONCE");
  const unsigned long long elements = setting == nullptr ? 0 : std::strtoull(setting, nullptr, 10);
  return elements == 0 || elements > most_elements_at_once ? most_elements_at_once : static_cast<std::size_t>(elements);
}

}  // namespace

std::size_t elements_at_once() {
  static const std::size_t elements = chosen_elements_at_once();
  return elements;
}

std::size_t elements_at_once(std::size_t unit) {
  const std::size_t units = elements_at_once() / unit;
  return units == 0 ? unit : units * unit;
}

bool allow_threads(int count) {
  if (count < 0 || count > most_threads) {
    return false;
  }
  allowed = count == 0 ? processors() : count;
  return true;
}

int useful_threads(std::size_t count, std::size_t grain) {
  const std::size_t threads = static_cast<std::size_t>(allowed.load(std::memory_order_relaxed));
  const std::size_t grains = count / grain + (count % grain != 0 ? 1 : 0);
  return static_cast<int>(grains == 0 ? 1 : grains < threads ? grains : threads);
}

void share_pieces(int threads, std::size_t count, std::size_t grain, Piece piece, void* context) {
  const std::size_t grains = count / grain + (count % grain != 0 ? 1 : 0);
  if (threads == 1 || grains <= 1) {
    piece(context, 0, count, 0);
    return;
  }
  const std::size_t most_pieces = static_cast<std::size_t>(threads) * pieces_per_thread;
  Job job = {piece, context, count, grain, grains, grains < most_pieces ? grains : most_pieces, threads - 1};
  pthread_mutex_lock(&mutex);
  if (!is_closed) {
    have_helpers(threads - 1);
  }
  job.following = jobs;
  jobs = &job;
  for (int i = 0; i < job.most_helpers; i++) {
    pthread_cond_signal(&wanted);
  }
  pthread_mutex_unlock(&mutex);
  job.work(0);
  pthread_mutex_lock(&mutex);
  Job** link = &jobs;
  while (*link != &job) {
    link = &(*link)->following;
  }
  *link = job.following;
  while (job.working != 0) {
    pthread_cond_wait(&finished, &mutex);
  }
  pthread_mutex_unlock(&mutex);
}

}  // namespace fp4j::host
