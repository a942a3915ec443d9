// What libstdc++.a of a newer system takes from glibc 2.30 to 2.38, defined here so that the library loads on glibc 2.28.
// All hidden: they serve this library alone. See portable.cmake.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#define AATGS_HIDDEN __attribute__((visibility("hidden"), used))

// The declarations of the headers have default visibility, so these have other names here.
extern "C" {
extern __attribute__((visibility("hidden"))) char aatgs_single_threaded __asm__("__libc_single_threaded");
AATGS_HIDDEN uint32_t aatgs_arc4random() __asm__("arc4random");
AATGS_HIDDEN int aatgs_fstat64(int file, void* status) __asm__("fstat64");
AATGS_HIDDEN int aatgs_cond_clockwait(pthread_cond_t*, pthread_mutex_t*, clockid_t,
                                      const timespec*) __asm__("pthread_cond_clockwait");
}

/// glibc 2.32. Zero is always right: it means "use atomic instructions".
char aatgs_single_threaded = 0;

// glibc 2.38: what strtol and its kin are called by code compiled for C23, or for C++ with GNU extensions. They differ in
// binary literals only.
#define AATGS_STRTO(TYPE, NAME)                                                                       \
  extern "C" TYPE aatgs_c17_##NAME(const char*, char**, int) __asm__(#NAME);                          \
  extern "C" AATGS_HIDDEN TYPE aatgs_c23_##NAME(const char*, char**, int) __asm__("__isoc23_" #NAME); \
  TYPE aatgs_c23_##NAME(const char* text, char** end, int base) { return aatgs_c17_##NAME(text, end, base); }
AATGS_STRTO(long, strtol)
AATGS_STRTO(unsigned long, strtoul)
AATGS_STRTO(long long, strtoll)
AATGS_STRTO(unsigned long long, strtoull)
#undef AATGS_STRTO

/// glibc 2.36, for std::random_device.
uint32_t aatgs_arc4random() {
  uint32_t value = 0;
  while (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) continue;
  return value;
}

/// glibc 2.33 made a function of what had been a macro. On 64-bit systems the kernel's structure is glibc's.
int aatgs_fstat64(int file, void* status) { return static_cast<int>(syscall(SYS_fstat, file, status)); }

/// glibc 2.30, for condition variables that wait by the steady clock. Older ones can wait by the system clock only.
int aatgs_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  using Wait = int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
  static const auto real = reinterpret_cast<Wait>(dlsym(RTLD_DEFAULT, "pthread_cond_clockwait"));
  if (real) return real(condition, mutex, clock, until);
  constexpr int64_t kSecond = 1'000'000'000;
  timespec now_there, now_here;
  clock_gettime(clock, &now_there);
  clock_gettime(CLOCK_REALTIME, &now_here);
  const int64_t left = (until->tv_sec - now_there.tv_sec) * kSecond + until->tv_nsec - now_there.tv_nsec;
  const int64_t end = now_here.tv_sec * kSecond + now_here.tv_nsec + (left > 0 ? left : 0);
  const timespec deadline = {static_cast<time_t>(end / kSecond), static_cast<long>(end % kSecond)};
  return pthread_cond_timedwait(condition, mutex, &deadline);
}
