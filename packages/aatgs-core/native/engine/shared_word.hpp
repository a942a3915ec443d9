// A word that two sides share, each word written by one of them only: std::atomic_ref, or the same from the compiler's own
// atomics where the standard library has none yet (libc++ before version 19).
#pragma once
#include <atomic>
#include <cstdint>

namespace aatgs::engine {

#if defined(__cpp_lib_atomic_ref)

using SharedWord = std::atomic_ref<uint32_t>;

#else

class SharedWord {
 public:
  explicit SharedWord(uint32_t& word) : word_(word) {}
  uint32_t load(std::memory_order order = std::memory_order_seq_cst) const {
    return __atomic_load_n(&word_, static_cast<int>(order));
  }
  void store(uint32_t value, std::memory_order order = std::memory_order_seq_cst) const {
    __atomic_store_n(&word_, value, static_cast<int>(order));
  }
  uint32_t fetch_or(uint32_t bits, std::memory_order order) const {
    return __atomic_fetch_or(&word_, bits, static_cast<int>(order));
  }
  uint32_t fetch_and(uint32_t bits, std::memory_order order) const {
    return __atomic_fetch_and(&word_, bits, static_cast<int>(order));
  }

 private:
  uint32_t& word_;
};

#endif

inline SharedWord shared_word(uint32_t& word) { return SharedWord(word); }

}  // namespace aatgs::engine
