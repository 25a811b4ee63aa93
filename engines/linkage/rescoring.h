// What another model would change, before it does.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engines/linkage/online_index.h"

namespace jingwei::linkage {

// A record's person by one model. Persons of the two sides are named by numbers that need not agree.
struct Assignment {
  RecordId record = 0;
  std::uint64_t person = 0;
};

// Persons that exchange records between the two models, the smallest such group.
struct PersonChange {
  enum class Kind : std::uint8_t {
    merged,      // several become one
    split,       // one becomes several
    rearranged,  // several become several
  };
  Kind kind = Kind::merged;
  std::vector<std::uint64_t> before, after;  // persons, in order
  std::vector<RecordId> records;             // of all of them, in order
};

struct Rescoring {
  std::uint64_t records = 0;  // that both sides know
  std::uint64_t only_before = 0, only_after = 0;
  std::uint64_t persons_before = 0, persons_after = 0, unchanged = 0;
  std::uint64_t merged = 0, split = 0, rearranged = 0;  // groups
  std::uint64_t pairs_gained = 0, pairs_lost = 0;       // of records that are (no longer) one person
  std::vector<PersonChange> changes;                    // by their first record, the first `most`
};

// Compares links that stand with those of a new model (link() with it, or an index). Each record at most once
// a side; a function of the sets, whatever their order.
Rescoring compare_links(std::span<const Assignment> before, std::span<const Assignment> after,
                        std::size_t most = 1'000);

}  // namespace jingwei::linkage
