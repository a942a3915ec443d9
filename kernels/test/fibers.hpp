// A thread block on the CPU: every thread a fibre, taking turns at collectives. Lets tests run the code that a GPU runs
// with warps and barriers, where there is none.
#pragma once
#include <ucontext.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

namespace aatgs::test {

class FiberBlock {
 public:
  explicit FiberBlock(uint32_t threads) : fibers_(threads), warps_(threads / 32) {}

  /// Runs `body(thread)` on every thread, to its end.
  void run(const std::function<void(uint32_t)>& body) {
    current_body_ = &body;
    for (Fiber& fiber : fibers_) prepare(fiber);
    left_ = static_cast<uint32_t>(fibers_.size());
    now_ = 0;
    active_ = this;
    swapcontext(&main_, &fibers_[0].context);
    if (left_ != 0) throw std::logic_error("deadlock: a collective was not reached by everybody");
  }

  uint32_t now() const { return now_; }

  /// Gathers one value of each lane of the caller's warp.
  const uint32_t* gather(uint32_t value) {
    Warp& warp = warps_[now_ / 32];
    const uint32_t phase = warp.phase & 1;
    warp.values[phase][now_ & 31] = value;
    const uint32_t generation = warp.phase;
    if (++warp.arrived == 32) {
      warp.arrived = 0;
      ++warp.phase;
    }
    wait(warp.phase, generation);
    return warp.values[phase];
  }
  /// Some threads meet at one of several barriers.
  void barrier(uint32_t threads, uint32_t which = 0) {
    Meeting& meeting = meetings_[which];
    const uint32_t generation = meeting.generation;
    if (++meeting.arrived == threads) {
      meeting.arrived = 0;
      ++meeting.generation;
    }
    wait(meeting.generation, generation);
  }

 private:
  static constexpr size_t kStack = 256 * 1024;
  struct Fiber {
    ucontext_t context;
    std::unique_ptr<uint8_t[]> stack;
    const uint32_t* word = nullptr;  // waits until this differs from `seen`
    uint32_t seen = 0;
    bool done = false;

    bool ready() const { return !done && (word == nullptr || *word != seen); }
  };
  struct Meeting {
    uint32_t arrived = 0, generation = 0;
  };
  struct Warp {
    uint32_t values[2][32];
    uint32_t arrived = 0, phase = 0;
  };

  void prepare(Fiber& fiber) {
    fiber = {};
    fiber.stack = std::make_unique<uint8_t[]>(kStack);
    getcontext(&fiber.context);
    fiber.context.uc_stack = {fiber.stack.get(), 0, kStack};
    makecontext(&fiber.context, reinterpret_cast<void (*)()>(&FiberBlock::enter), 0);
  }
  static void enter() {
    FiberBlock& block = *active_;
    (*block.current_body_)(block.now_);
    block.fibers_[block.now_].done = true;
    --block.left_;
    block.hand_over();
  }
  void wait(const uint32_t& word, uint32_t seen) {
    if (word != seen) return;
    fibers_[now_].word = &word;
    fibers_[now_].seen = seen;
    hand_over();
  }
  /// To the next thread that can go on, or back to run() where there is none.
  void hand_over() {
    ucontext_t& own = fibers_[now_].context;
    const auto threads = static_cast<uint32_t>(fibers_.size());
    for (uint32_t i = 1; i < threads; ++i) {
      const uint32_t next = now_ + i < threads ? now_ + i : now_ + i - threads;
      if (!fibers_[next].ready()) continue;
      now_ = next;
      swapcontext(&own, &fibers_[next].context);
      return;
    }
    swapcontext(&own, &main_);
  }

  static inline FiberBlock* active_ = nullptr;
  std::vector<Fiber> fibers_;
  std::vector<Warp> warps_;
  ucontext_t main_{};
  const std::function<void(uint32_t)>* current_body_ = nullptr;
  Meeting meetings_[16];
  uint32_t now_ = 0, left_ = 0;
};

/// One of its threads, as a warp walk sees it.
class FiberThread {
 public:
  FiberThread(FiberBlock& block, uint32_t thread) : block_(&block), thread_(thread) {}
  uint32_t index() const { return thread_; }
  uint32_t ballot(bool mine) const {
    const uint32_t* all = block_->gather(mine);
    uint32_t bits = 0;
    for (uint32_t lane = 0; lane < 32; ++lane) bits |= all[lane] << lane;
    return bits;
  }
  uint32_t min(uint32_t mine) const {
    const uint32_t* all = block_->gather(mine);
    uint32_t least = all[0];
    for (uint32_t lane = 1; lane < 32; ++lane) least = all[lane] < least ? all[lane] : least;
    return least;
  }
  uint32_t sum(uint32_t mine) const {
    const uint32_t* all = block_->gather(mine);
    uint32_t total = 0;
    for (uint32_t lane = 0; lane < 32; ++lane) total += all[lane];
    return total;
  }
  uint32_t shuffle(uint32_t mine, uint32_t from) const { return block_->gather(mine)[from]; }
  void sync() const { block_->gather(0); }
  void barrier(uint32_t threads) const { block_->barrier(threads); }
  bool cancelled() const { return false; }

 private:
  FiberBlock* block_;
  uint32_t thread_;
};

}  // namespace aatgs::test
