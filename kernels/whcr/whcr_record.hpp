// What a walk keeps count of: its conflicts, and the best colouring it has had. That one is copied as late as possible:
// before the first move away from it, or at the end.
#pragma once
#include <cstdint>

#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// Of a tabu walk's equally good colourings the last one counts: the next generation's parents differ more.
inline constexpr bool kLastOfEquals = true;

struct WalkRecord {
  int32_t conflicts, best;
  bool unsaved;  // the colouring is the best one, and not copied yet

  AATGS_FN WalkRecord(const Member& member, int32_t counted)
      : conflicts(counted),
        best(member.fresh ? counted : static_cast<int32_t>(member.best_conflicts)),
        unsaved(member.fresh != 0 || member.best_unsaved != 0) {}

  /// Before a move that changes the conflicts by so many: copies the best colouring where it would be lost. Collective.
  template <class Save>
  AATGS_FN void before(int32_t change, Save save) {
    if (change <= 0 || !unsaved) return;
    save();
    unsaved = false;
  }
  /// After it. `last_of_equals`: whether a later colouring with as few conflicts takes the place of the best.
  AATGS_FN void moved(int32_t change, bool last_of_equals) {
    conflicts += change;
    if (conflicts > best || (conflicts == best && !last_of_equals)) return;
    best = conflicts;
    unsaved = true;
  }
  /// At the end of a substep; the best colouring is copied by now. One thread.
  AATGS_FN void close(Member& member, uint64_t clock) const {
    member.walked(clock, conflicts, best);
    member.fresh = 0;
  }
};

/// An annealed walk's: besides, how many moves were made, and how many of them added conflicts.
struct AnnealedRecord : WalkRecord {
  uint32_t made = 0, rose = 0;

  using WalkRecord::WalkRecord;
  AATGS_FN void moved(int32_t change) {
    WalkRecord::moved(change, !kLastOfEquals);
    ++made;
    rose += change > 0 ? 1 : 0;
  }
  AATGS_FN void close(Member& member, uint64_t clock) const {
    if (member.fresh || best < static_cast<int32_t>(member.best_conflicts)) member.best_cold = member.cold;
    WalkRecord::close(member, clock);
    member.made += made;
    member.rose += rose;
  }
};

}  // namespace aatgs::whcr
