// Work in pieces: every index once, cut where it may be cut, by as many threads as are allowed; with callers of its own threads, in the child of a fork, and when the
// library that holds the threads is unloaded. argv[1]: a library with the C ABI.
#include "thread_pool.h"

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "check.h"

namespace {

using namespace fp4j::host;

constexpr int thread_counts[] = {1, 2, 3, 7};

void expect(const char* what, std::uint64_t input, bool holds) {
  check::equal(what, input, holds ? 1u : 0u, 1u);
}

void numbers() {
  for (int count : {-1, most_threads + 1, -2147483647 - 1, 2147483647}) {
    expect("refused", static_cast<std::uint64_t>(count), !allow_threads(count));
  }
  expect("most", most_threads, allow_threads(most_threads));
  expect("useful", 5, useful_threads(9, 2) == 5 && useful_threads(0, 2) == 1 && useful_threads(std::size_t{1} << 63, 2) == most_threads);
  expect("all processors", 0, allow_threads(0) && useful_threads(most_threads, 1) >= 1 && useful_threads(most_threads, 1) <= most_threads);
#if defined(__linux__)
  cpu_set_t set;
  expect("affinity", 0, sched_getaffinity(0, sizeof set, &set) == 0 && useful_threads(most_threads, 1) == CPU_COUNT(&set));
#endif
}

// Whether pieces of 0 .. count cover every index once and are cut at multiples of grain, each thread under its own number.
bool is_covered(std::size_t count, std::size_t grain, int threads) {
  const std::unique_ptr<std::atomic<int>[]> visits(new std::atomic<int>[count + 1]());
  std::atomic<std::uintptr_t> owners[most_threads] = {};
  std::atomic<bool> is_right{true};
  share(threads, count, grain, [&](std::size_t from, std::size_t to, int thread) {
    std::uintptr_t nobody = 0;
    const std::uintptr_t self = (std::uintptr_t)pthread_self();
    const bool is_mine = thread >= 0 && thread < threads && (owners[thread].compare_exchange_strong(nobody, self) || nobody == self);
    if (!is_mine || from % grain != 0 || (to % grain != 0 && to != count) || from > to || to > count || (from == to && count != 0)) {
      is_right = false;
    }
    for (std::size_t i = from; i < to; i++) {
      visits[i]++;
    }
  });
  for (std::size_t i = 0; i < count; i++) {
    is_right = is_right && visits[i] == 1;
  }
  return is_right;
}

long long pieces() {
  long long cases = 0;
  for (int threads : thread_counts) {
    allow_threads(threads);
    for (std::size_t grain : {1, 2, 7, 64}) {
      for (std::size_t count = 0; count < 600; count++) {
        expect("covered", count, is_covered(count, grain, useful_threads(count, grain)));
        cases++;
      }
    }
  }
  return cases;
}

long long rectangles() {
  long long cases = 0;
  for (int threads : thread_counts) {
    allow_threads(threads);
    for (std::size_t rows : {0, 1, 2, 5, 16, 17, 100}) {
      for (std::size_t columns : {0, 1, 16, 31, 32, 33, 100, 257}) {
        for (std::size_t row_unit : {1, 16}) {
          const std::unique_ptr<std::atomic<int>[]> visits(new std::atomic<int>[rows * columns + 1]());
          std::atomic<bool> is_right{true};
          share_matrix(rows, row_unit, columns, 16, 64, [&](const Rectangle& part) {
            if (part.row % row_unit != 0 || part.column % 16 != 0 || part.row + part.rows > rows || part.column + part.columns > columns) {
              is_right = false;
              return;
            }
            for (std::size_t row = part.row; row < part.row + part.rows; row++) {
              for (std::size_t column = part.column; column < part.column + part.columns; column++) {
                visits[row * columns + column]++;
              }
            }
          });
          for (std::size_t i = 0; i < rows * columns; i++) {
            is_right = is_right && visits[i] == 1;
          }
          expect("rectangles", rows * 1000 + columns, is_right);
          cases++;
        }
      }
    }
  }
  return cases;
}

constexpr int patience = 10000;  // milliseconds until a thread that has not come is given up

// Whether as many pieces as threads are worked on at once: each waits for all others.
bool are_together(int threads) {
  std::atomic<int> here{0};
  std::atomic<bool> all{true};
  share(threads, static_cast<std::size_t>(threads), 1, [&](std::size_t, std::size_t, int) {
    here++;
    for (int waited = 0; here < threads && waited < patience; waited++) {
      const timespec millisecond = {0, 1000000};
      nanosleep(&millisecond, nullptr);
    }
    if (here < threads) {
      all = false;
    }
  });
  return all;
}

void together() {
  for (int threads : thread_counts) {
    expect("together", static_cast<std::uint64_t>(threads), are_together(threads));
  }
}

// Callers with threads of their own share the same helpers, while another changes how many there may be.
constexpr int callers = 4;
std::atomic<int> right{0};

void* call(void*) {
  for (int i = 0; i < 200; i++) {
    right += is_covered(static_cast<std::size_t>(100 + i), 3, useful_threads(100, 3)) ? 1 : 0;
  }
  return nullptr;
}

void at_once() {
  pthread_t threads[callers];
  for (pthread_t& thread : threads) {
    pthread_create(&thread, nullptr, call, nullptr);
  }
  for (int i = 0; i < 1000; i++) {
    allow_threads(1 + i % 9);
  }
  for (const pthread_t& thread : threads) {
    pthread_join(thread, nullptr);
  }
  expect("callers at once", callers, right == callers * 200);
}

// The child has none of its parent's threads, and makes its own.
void forked() {
  const pid_t child = fork();
  if (child == 0) {
    _exit(is_covered(1000, 3, 5) && are_together(3) ? 7 : 8);
  }
  int status = 0;
  expect("child", 0, child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
  expect("parent", 0, is_covered(1000, 3, 5) && are_together(3));
}

int threads_of_process() {
  int count = 0;
  DIR* const folder = opendir("/proc/self/task");
  while (folder != nullptr && readdir(folder) != nullptr) {
    count++;
  }
  if (folder != nullptr) {
    closedir(folder);
  }
  return count;
}

void unloaded(const char* file) {
  for (int turn = 0; turn < 3; turn++) {
    const int before = threads_of_process();
    void* const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    expect("loaded", 0, library != nullptr);
    if (library == nullptr) {
      std::printf("%s\n", dlerror());
      return;
    }
    const auto set_threads = reinterpret_cast<std::int32_t (*)(std::int32_t)>(dlsym(library, "fp4j_set_threads"));
    const auto swizzle = reinterpret_cast<std::int32_t (*)(std::int32_t, std::size_t, std::size_t, const std::uint8_t*, std::uint8_t*)>(dlsym(library, "fp4j_swizzle"));
    expect("functions", 0, set_threads != nullptr && swizzle != nullptr && set_threads(4) == 0);
    std::vector<std::uint8_t> linear(8192 * 128, 7);
    std::vector<std::uint8_t> swizzled(linear.size());
    expect("called", 0, swizzle(1, 8192, 128, linear.data(), swizzled.data()) == 0 && swizzled == linear);
    const int during = threads_of_process();
    dlclose(library);
    expect("threads end with the library", 0, before == 0 || (during == before + 3 && threads_of_process() == before));
  }
}

}  // namespace

int main(int count, char** arguments) {
  numbers();
  const long long covered = pieces() + rectangles();
  together();
  at_once();
  forked();
  if (count > 1) {
    unloaded(arguments[1]);
  }
#if defined(__linux__)
  const long long of_numbers = 8;
#else
  const long long of_numbers = 7;
#endif
  check::equal("cases", 0, static_cast<std::uint32_t>(covered), 4 * 4 * 600 + 4 * 7 * 8 * 2);
  return check::summary("threads", of_numbers + covered + 4 + 1 + 2 + (count > 1 ? 3 * 4 : 0) + 1);
}
