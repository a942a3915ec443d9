// The Team on the CPU: worker threads, or one thread where a block or a group is meant.
#pragma once
#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "aatgs/host_barrier.hpp"
#include "aatgs/module.h"
#include "aatgs/reduce_tree.hpp"

namespace aatgs {

template <class T>
struct ArgMin {
  T value;
  uint64_t index;
};

/// The operations of a level that is one CPU thread.
class SerialScope {
 public:
  template <class N, class F>
  AATGS_HOT void for_each(N n, F f) {
    for (N i = 0; i < n; ++i) f(i);
  }
  template <class T, class N, class F>
  T sum(N n, F f) {
    if constexpr (std::is_floating_point_v<T>) {
      return tree_sum<T>(n, f);
    } else {
      T total{0};
      for (N i = 0; i < n; ++i) total += f(i);
      return total;
    }
  }
  template <class T, class N, class F>
  AATGS_HOT T min(N n, F f) {
    // Not through argmin: without an index the loop becomes vector instructions.
    T best = std::numeric_limits<T>::max();
    for (N i = 0; i < n; ++i) {
      const T value = f(i);
      best = value < best ? value : best;
    }
    return best;
  }
  template <class T, class N, class F>
  ArgMin<T> argmin(N n, F f) {
    ArgMin<T> best{std::numeric_limits<T>::max(), static_cast<uint64_t>(n)};
    for (N i = 0; i < n; ++i) {
      const T value = f(i);
      if (value < best.value || best.index == static_cast<uint64_t>(n)) best = {value, static_cast<uint64_t>(i)};
    }
    return best;
  }
  template <class N, class F>
  bool any(N n, F f) {
    for (N i = 0; i < n; ++i) {
      if (f(i)) return true;
    }
    return false;
  }
  template <class N, class F>
  uint32_t any_bits(N n, F f) {
    uint32_t all = 0;
    for (N i = 0; i < n; ++i) all |= f(i);
    return all;
  }
  void barrier() {}
  template <class F>
  void leader(F f) {
    f();
  }
  uint32_t rank() const { return 0; }
  uint32_t count() const { return 1; }
};

using HostGroup = SerialScope;

/// One block on the CPU: one thread with block-shared memory of its own.
class HostBlock : public SerialScope {
 public:
  HostBlock(void* shared, const uint32_t* cancel) : shared_(shared), cancel_(cancel) {}
  /// The block's shared memory, as planned in block_shared_bytes; its content is undefined when the block starts.
  template <class T>
  T* shared() const {
    return static_cast<T*>(shared_);
  }
  template <class N, class F>
  void for_each_group(N n, F f) {
    HostGroup group;
    for (N i = 0; i < n; ++i) f(group, i);
  }
  /// Whether the host asked the step to end early; the same answer for the whole block. Collective.
  bool cancelled() const { return __atomic_load_n(cancel_, __ATOMIC_ACQUIRE) != 0; }

 private:
  void* shared_;
  const uint32_t* cancel_;
};

/// What the workers of one team share; zeroed by the engine, laid over AatgsHostTeam::shared.
struct HostTeamShared {
  HostBarrier barrier;
  alignas(64) uint32_t cancelled;
  struct alignas(64) Slot {
    unsigned char bytes[64];
  };
  Slot slots[1];  // two for each worker, used in turn
};
static_assert(offsetof(HostTeamShared, slots) <= 256);

/// The whole team on the CPU.
class HostTeam {
 public:
  explicit HostTeam(AatgsHostTeam* team) : team_(team), shared_(static_cast<HostTeamShared*>(team->shared)) {}

  template <class N, class F>
  AATGS_HOT void for_each(N n, F f) {
    const uint64_t begin = static_cast<uint64_t>(n) * team_->rank / team_->count;
    const uint64_t end = static_cast<uint64_t>(n) * (team_->rank + 1) / team_->count;
    for (uint64_t i = begin; i < end; ++i) f(static_cast<N>(i));
  }
  template <class N, class F>
  void for_each_block(N n, F f) {
    HostBlock block(team_->block_shared, team_->cancel);
    for (uint64_t i = team_->rank; i < static_cast<uint64_t>(n); i += team_->count) f(block, static_cast<N>(i));
  }
  template <class N, class F>
  void for_each_group(N n, F f) {
    HostGroup group;
    for_each(n, [&](N i) { f(group, i); });
  }
  template <class T, class N, class F>
  T sum(N n, F f) {
    if constexpr (std::is_floating_point_v<T>) {
      return float_sum<T>(static_cast<uint64_t>(n), f);
    } else {
      T mine{0};
      for_each(n, [&](N i) { mine += f(i); });
      T total{0};
      gather(mine, [&](const T& value) { total += value; });
      return total;
    }
  }
  template <class T, class N, class F>
  T min(N n, F f) {
    return argmin<T>(n, f).value;
  }
  template <class T, class N, class F>
  ArgMin<T> argmin(N n, F f) {
    const uint64_t none = static_cast<uint64_t>(n);
    ArgMin<T> mine{std::numeric_limits<T>::max(), none};
    for_each(n, [&](N i) {
      const T value = f(i);
      if (mine.index == none || value < mine.value) mine = {value, static_cast<uint64_t>(i)};
    });
    ArgMin<T> best{std::numeric_limits<T>::max(), none};
    // Ranks hold ascending ranges, so the first of equals has the lowest index.
    gather(mine, [&](const ArgMin<T>& other) {
      if (other.index != none && (best.index == none || other.value < best.value)) best = other;
    });
    return best;
  }
  template <class N, class F>
  bool any(N n, F f) {
    return any_bits(n, [&](N i) { return f(i) ? 1u : 0u; }) != 0;
  }
  template <class N, class F>
  uint32_t any_bits(N n, F f) {
    uint32_t mine = 0;
    for_each(n, [&](N i) { mine |= f(i); });
    uint32_t all = 0;
    gather(mine, [&](uint32_t value) { all |= value; });
    return all;
  }
  void barrier() {
    // The last thread samples the host's cancel word, so that all threads see the same answer until the next barrier.
    // Acquire: who sees the cancel also sees the stop request behind it, and takes no cut-off result for a whole one.
    const auto sample = [this] { shared_->cancelled = __atomic_load_n(team_->cancel, __ATOMIC_ACQUIRE); };
    if (team_->count == 1) {
      sample();
    } else {
      shared_->barrier.wait(team_->count, team_->spin, sample);
    }
  }
  /// Whether the host asked the step to end early, as of the last barrier; the same answer for the whole team.
  bool cancelled() const { return shared_->cancelled != 0; }
  template <class F>
  void leader(F f) {
    if (team_->rank == 0) f();
  }
  uint32_t rank() const { return team_->rank; }
  uint32_t count() const { return team_->count; }

 private:
  /// Shows every worker's value to every worker, in rank order.
  template <class T, class F>
  void gather(const T& mine, F f) {
    static_assert(sizeof(T) <= 64 && std::is_trivially_copyable_v<T>);
    // Two sets of slots in turn: the barrier of the next collective keeps this one's readers and writers apart.
    const uint32_t parity = team_->collectives++ & 1u;
    std::memcpy(shared_->slots[2 * team_->rank + parity].bytes, &mine, sizeof(T));
    barrier();
    for (uint32_t r = 0; r < team_->count; ++r) {
      T value;
      std::memcpy(&value, shared_->slots[2 * r + parity].bytes, sizeof(T));
      f(value);
    }
  }
  template <class T, class F>
  T float_sum(uint64_t n, F f) {
    T total{0};
    for (uint64_t pass = 0; pass < n; pass += uint64_t{kPassTiles} * kTile) {
      const uint64_t left = n - pass;
      const uint64_t full = uint64_t{kPassTiles} * kTile;
      const uint32_t tiles = static_cast<uint32_t>(left < full ? (left + kTile - 1) / kTile : kPassTiles);
      T* partials = static_cast<T*>(team_->scratch) + (team_->collectives++ & 1u) * kPassTiles;
      for_each(tiles, [&](uint32_t tile) {
        const uint64_t start = pass + uint64_t{tile} * kTile;
        const uint64_t rest = n - start;
        partials[tile] =
            fold_tile<T>(static_cast<uint32_t>(rest < kTile ? rest : kTile), [&](uint32_t i) { return f(start + i); });
      });
      barrier();
      total += fold_pass(partials, tiles);
    }
    return total;
  }

  AatgsHostTeam* team_;
  HostTeamShared* shared_;
};

}  // namespace aatgs
