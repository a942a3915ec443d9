// What chance contributes to the moves of a walk in warps: every lane draws for one of the next 32.
#pragma once
#include <cstdint>

#include "whcr/whcr_choice.hpp"

namespace aatgs::whcr {

class WarpDraws {
 public:
  AATGS_FN WarpDraws(uint64_t seed, uint32_t index, uint32_t lane) : seed_(seed), index_(index), lane_(lane) {}

  AATGS_FN void refill(uint64_t clock) {
    Search keys{};
    keys.seed = seed_;
    mine_ = random_for(keys, Purpose::MOVE, index_, (clock & ~uint64_t{31}) + lane_).first();
  }
  /// Collective over the warp.
  template <class Threads>
  AATGS_FN Draw at(const Threads& threads, uint64_t clock) const {
    const uint32_t from = static_cast<uint32_t>(clock) & 31;
    return Draw::from(threads.shuffle(mine_.x[0], from), threads.shuffle(mine_.x[1], from),
                      threads.shuffle(mine_.x[2], from), threads.shuffle(mine_.x[3], from));
  }

 private:
  const uint64_t seed_;
  const uint32_t index_, lane_;
  PhiloxBlock mine_;
};

}  // namespace aatgs::whcr
