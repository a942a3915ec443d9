// What compilers do not make of a loop over lanes by themselves: multiplications of 32 by 32 bits side by side, and loads
// from 32 addresses. Same bits as the plain loops.
#pragma once
#include <cstdint>

#include "aatgs/philox.hpp"

#if !defined(__CUDACC__) && defined(__x86_64__)
#define AATGS_THERMO_X86 1
#include <immintrin.h>
// GCC 12 warns about its own header here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace aatgs::thermo {

/// 4, 3 or 1: the x86-64 level this machine has.
inline int cpu_level() {
  static const int level = [] {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
      return 4;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") ? 3 : 1;
  }();
  return level;
}

/// 32 Philox blocks; `words[i][lane]` is word i of the counter before, of the block after. The upper halves of the 64-bit
/// lanes hold what multiplications do not look at.
__attribute__((target("arch=x86-64-v4"), noinline)) inline void philox_32_v4(uint32_t (*words)[32], uint32_t key0,
                                                                             uint32_t key1) {
  const __m512i m0 = _mm512_set1_epi64(0xD2511F53u), m1 = _mm512_set1_epi64(0xCD9E8D57u);
  for (int at = 0; at < 32; at += 16) {
    __m512i x[4][2];
    for (int i = 0; i < 4; ++i) {
      const __m512i both = _mm512_load_si512(words[i] + at);
      x[i][0] = both;
      x[i][1] = _mm512_srli_epi64(both, 32);
    }
    uint32_t k0 = key0, k1 = key1;
    for (int round = 0; round < 10; ++round) {
      const __m512i keys0 = _mm512_set1_epi32(static_cast<int>(k0)), keys1 = _mm512_set1_epi32(static_cast<int>(k1));
      for (int half = 0; half < 2; ++half) {
        const __m512i a = _mm512_mul_epu32(x[0][half], m0), b = _mm512_mul_epu32(x[2][half], m1);
        x[0][half] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(b, 32), x[1][half], keys0, 0x96);
        x[2][half] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(a, 32), x[3][half], keys1, 0x96);
        x[1][half] = b;
        x[3][half] = a;
      }
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; ++i) {
      const __m512i odd = _mm512_slli_epi64(x[i][1], 32);
      _mm512_store_si512(words[i] + at, _mm512_mask_blend_epi32(0xaaaa, x[i][0], odd));
    }
  }
}

__attribute__((target("arch=x86-64-v3"), noinline)) inline void philox_32_v3(uint32_t (*words)[32], uint32_t key0,
                                                                             uint32_t key1) {
  const __m256i m0 = _mm256_set1_epi64x(0xD2511F53u), m1 = _mm256_set1_epi64x(0xCD9E8D57u);
  for (int at = 0; at < 32; at += 8) {
    __m256i x[4][2];
    for (int i = 0; i < 4; ++i) {
      const __m256i both = _mm256_load_si256(reinterpret_cast<const __m256i*>(words[i] + at));
      x[i][0] = both;
      x[i][1] = _mm256_srli_epi64(both, 32);
    }
    uint32_t k0 = key0, k1 = key1;
    for (int round = 0; round < 10; ++round) {
      const __m256i keys0 = _mm256_set1_epi32(static_cast<int>(k0)), keys1 = _mm256_set1_epi32(static_cast<int>(k1));
      for (int half = 0; half < 2; ++half) {
        const __m256i a = _mm256_mul_epu32(x[0][half], m0), b = _mm256_mul_epu32(x[2][half], m1);
        x[0][half] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(b, 32), x[1][half]), keys0);
        x[2][half] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(a, 32), x[3][half]), keys1);
        x[1][half] = b;
        x[3][half] = a;
      }
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; ++i) {
      const __m256i odd = _mm256_slli_epi64(x[i][1], 32);
      _mm256_store_si256(reinterpret_cast<__m256i*>(words[i] + at), _mm256_blend_epi32(x[i][0], odd, 0xaa));
    }
  }
}

/// out[lane] = words[arcs[lane] >> 1], its bits turned where the arc's lowest is set.
__attribute__((target("arch=x86-64-v4"), noinline)) inline void follow_32_v4(const uint32_t* words,
                                                                             const uint32_t* arcs, uint32_t* out) {
  for (int at = 0; at < 32; at += 16) {
    const __m512i arc = _mm512_loadu_si512(arcs + at);
    const __m512i word = _mm512_i32gather_epi32(_mm512_srli_epi32(arc, 1), words, 4);
    const __m512i sign = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_and_si512(arc, _mm512_set1_epi32(1)));
    _mm512_store_si512(out + at, _mm512_xor_si512(word, sign));
  }
}

}  // namespace aatgs::thermo
#pragma GCC diagnostic pop
#else
#define AATGS_THERMO_X86 0
#endif
