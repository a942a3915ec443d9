// Synchronous iterations as people usually write them, for comparison: copy the config in, launch, copy the telemetry
// out. Prints one JSON object in the form of `aatgs bench`.
//   sync_as_written <iterations> <repeats> <step us>...
#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

namespace {

struct Config {
  unsigned spin_ns;
  unsigned rest[63];
};
struct Telemetry {
  unsigned steps;
  unsigned rest[15];
};

__global__ void step(const Config* config, Telemetry* telemetry) {
  unsigned long long start, now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(start));
  do {
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  } while (now - start < config->spin_ns);
  if (blockIdx.x == 0 && threadIdx.x == 0) telemetry->steps++;
}

void check(cudaError_t result) {
  if (result == cudaSuccess) return;
  std::fprintf(stderr, "%s\n", cudaGetErrorString(result));
  std::exit(1);
}

/// Microseconds for one call of `iteration`, of each repeat after a warm-up.
std::vector<double> measure(int iterations, int repeats, const std::function<void()>& iteration) {
  std::vector<double> took;
  for (int r = -1; r < repeats; ++r) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < iterations; ++i) iteration();
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    if (r >= 0) took.push_back(time.count() / iterations);
  }
  return took;
}

void print(const char* what, double step_us, int iterations, const std::vector<double>& repeats, bool first) {
  std::printf("%s\n    {\"what\": \"%s\", \"stepUs\": %g, \"depth\": 1, \"iterations\": %d, \"repeatsUs\": [",
              first ? "" : ",", what, step_us, iterations);
  for (size_t i = 0; i < repeats.size(); ++i) std::printf("%s%.4f", i ? ", " : "", repeats[i]);
  std::vector<double> sorted = repeats;
  std::sort(sorted.begin(), sorted.end());
  std::printf("], \"medianUs\": %.4f}", sorted[(sorted.size() - 1) / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: sync_as_written <iterations> <repeats> <step us>...\n");
    return 2;
  }
  const int iterations = std::atoi(argv[1]), repeats = std::atoi(argv[2]);
  cudaDeviceProp about{};
  check(cudaGetDeviceProperties(&about, 0));
  const int blocks = about.multiProcessorCount;
  Config* config = nullptr;
  Telemetry* telemetry = nullptr;
  check(cudaMalloc(&config, sizeof *config));
  check(cudaMalloc(&telemetry, sizeof *telemetry));
  check(cudaMemset(telemetry, 0, sizeof *telemetry));
  Config pageable{}, *pinned = nullptr;
  Telemetry seen{}, *pinned_seen = nullptr;
  check(cudaMallocHost(&pinned, sizeof *pinned));
  check(cudaMallocHost(&pinned_seen, sizeof *pinned_seen));
  std::memset(pinned, 0, sizeof *pinned);
  cudaStream_t stream;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));

  std::printf(
      "{\n  \"benchmark\": \"synchronous iterations from C++ as usually written\",\n  \"device\": \"%s\",\n"
      "  \"blocks\": %d,\n  \"threads\": 256,\n  \"measurements\": [",
      about.name, blocks);
  for (int i = 3; i < argc; ++i) {
    const double step_us = std::atof(argv[i]);
    pageable.spin_ns = pinned->spin_ns = static_cast<unsigned>(step_us * 1000);
    print("sync-as-written", step_us, iterations,
          measure(iterations, repeats,
                  [&] {
                    check(cudaMemcpy(config, &pageable, sizeof pageable, cudaMemcpyHostToDevice));
                    step<<<blocks, 256>>>(config, telemetry);
                    check(cudaMemcpy(&seen, telemetry, sizeof seen, cudaMemcpyDeviceToHost));
                  }),
          i == 3);
    print("sync-pinned-stream", step_us, iterations,
          measure(iterations, repeats,
                  [&] {
                    check(cudaMemcpyAsync(config, pinned, sizeof *pinned, cudaMemcpyHostToDevice, stream));
                    step<<<blocks, 256, 0, stream>>>(config, telemetry);
                    check(cudaMemcpyAsync(pinned_seen, telemetry, sizeof *pinned_seen, cudaMemcpyDeviceToHost, stream));
                    check(cudaStreamSynchronize(stream));
                  }),
          false);
  }
  std::printf("\n  ]\n}\n");
  return 0;
}
