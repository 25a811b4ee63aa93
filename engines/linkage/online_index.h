// Records in memory, linked one at a time: which of them tell of the person a new record tells of, and what
// that makes of the persons known.
//
// With one model, the answers are functions of what the index holds: not of the order in which it came, nor
// of what was there once. Who keeps answers asks anew around each record that came, went or changed, around
// those that were its person's before, and around unsettled(). link() with the same model gives the same
// persons for the same records. One exception: a block that ever held more than 65,536 distinct rows stays
// unused until it is empty.
//
// Threads: const functions may run at the same time; add, remove and decisions must run alone.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "engines/linkage/model.h"
#include "engines/linkage/pools.h"

namespace jingwei::linkage {

using RecordId = std::uint64_t;  // below 2^63

// How sure a record belongs to its person. Decisions against a person may rest on certain ones only.
enum class Grade : std::uint8_t { certain, probable };

// A record (or several that say the same) that may tell of the same person.
struct Candidate {
  RecordId record = 0;       // the smallest of those that say the same
  std::uint64_t copies = 1;  // how many say the same
  Pattern pattern = 0;
  Score score;
  bool contradicts = false;           // cannot be one person, whatever the score (contradict_rows)
  std::vector<double> contributions;  // by field, bits; they add up to score.weight
};

struct Member {
  RecordId record = 0;
  Grade grade = Grade::certain;
  double probability =
      0;  // of the strongest pair with another of the person's records; 0 when alone, 1 by decision
};

struct Person {
  std::vector<Member> members;  // by record; of records that say the same, the first copies_told
  std::uint64_t untold = 0;     // members beyond those
};

// Two records of different persons that may be one all the same: for a person to look at. Not told once
// somebody decided that the two persons differ.
struct Doubt {
  enum class Reason : std::uint8_t {
    weak,           // between possible and probable
    others,         // probable by itself, but the other records of the two speak against it
    contradiction,  // probable, but they contradict each other
  };
  RecordId left = 0, right = 0;  // left < right
  Reason reason = Reason::weak;
  Pattern pattern = 0;
  Score score;
};

// The persons that a record's links reach, and the doubts about them.
struct Component {
  std::vector<Person> persons;  // by their first member
  std::vector<Doubt> doubts;    // the most probable first
  // False when more than component_rows_most rows hang together, or finding out takes more than
  // component_pairs_most comparisons: the persons are those of a part of them, and may depend on where it was
  // begun. Leave links as they stand then.
  bool complete = true;
};

inline constexpr std::size_t component_rows_most = 500;
inline constexpr std::size_t component_pairs_most = 50'000;
inline constexpr std::size_t copies_told = 64;
inline constexpr std::size_t doubts_most = 200;

class OnlineIndex {
 public:
  explicit OnlineIndex(std::shared_ptr<const Model> model);

  const Model& model() const { return *model_; }

  // Values as they were written, in the order of the model's fields. A record that is there is replaced.
  // Model::prepare may be called beforehand, on any thread.
  void add(RecordId record, std::span<const std::string_view> values) {
    add(record, model_->prepare(values));
  }
  void add(RecordId record, const std::string& prepared);
  // False when it is not there.
  bool remove(RecordId record);
  bool contains(RecordId record) const { return rows_of_.find(record + 1) != nullptr; }

  // A person's decision that two records are, or are not, one person; it replaces an earlier one of the pair
  // and holds for records that come (again) later. Nothing takes it back.
  enum class Decision : std::uint8_t { same, different, none };
  void decide(RecordId one, RecordId other, Decision decision);

  // Records that may be the same person as one with these values, the most probable first (ties by record),
  // from `least` on.
  std::vector<Candidate> find(std::span<const std::string_view> values, std::size_t most = 50,
                              double least = 0.1) const;
  // The persons around a record, as link() would make them of all records here. Empty when it is not there.
  Component component(RecordId record) const;
  // Two records that are here, field by field; nothing when one is not.
  std::optional<Candidate> compare(RecordId one, RecordId other) const;
  // All records that say the same as this one, itself included, in order from `after` on (not included).
  std::vector<RecordId> copies(RecordId record, std::optional<RecordId> after, std::size_t most) const;

  // Records, one of each row, of blocks that outgrew block_rows_most, or fell below it again, since they were
  // settled: what is around these may have changed although nothing of it did. The first `most` of them.
  std::vector<RecordId> unsettled(std::size_t most = ~std::size_t{0}) const;
  // The first so many are forgotten.
  void settle(std::size_t count);
  // As if the last so many records were yet to come or go: takes the rows of all blocks which that could have
  // brought over the bound.
  void unsettle_near_bound(std::size_t records);

  std::size_t records() const { return rows_of_.size(); }
  std::size_t rows() const { return rows_.size() - free_rows_.size(); }
  // Blocks that have outgrown block_rows_most and are not used: learn a new model.
  std::size_t overfull_blocks() const { return overfull_; }
  std::size_t memory() const;  // bytes, nearly

 private:
  using RowNumber = std::uint32_t;
  struct Bytes16 {
    std::array<char, 16> bytes;
  };
  struct Row {
    std::uint32_t bytes = 0;
    std::uint32_t size = 0;
    RecordId record = 0;  // when there is one only, else `many`
  };
  struct Block {
    std::uint32_t rows = 0;  // how many
    std::uint32_t where =
        0;  // the row, where there is one; an array of them; `lost` where there are too many
  };
  static constexpr RecordId many = ~RecordId{0};
  static constexpr std::uint32_t lost = ~std::uint32_t{0};

  struct RowPair;
  class ComponentBuilder;

  std::string_view packed(RowNumber row) const;
  RowView view(RowNumber row) const { return model_->view(packed(row)); }
  RecordId first_record(RowNumber row) const;
  std::size_t copies_of(RowNumber row) const;
  RowNumber find_row(std::string_view packed, std::uint64_t hash) const;
  RowNumber new_row(std::string_view packed, std::uint64_t hash);
  void drop_row(RowNumber row);
  void enter(std::uint64_t block, RowNumber row);
  void leave(std::uint64_t block, RowNumber row);
  void unsettle(const Block& block);
  // Rows that share a block with this one.
  void meet(const RowView& row, std::vector<RowNumber>& rows) const;
  Candidate candidate(RowNumber row, const RowView& asked, const std::array<double, fields_most>& rarities,
                      bool explained) const;

  std::shared_ptr<const Model> model_;
  ArrayPool<Bytes16> bytes_;
  ArrayPool<RowNumber> lists_;
  std::vector<Row> rows_;
  std::vector<RowNumber> free_rows_;
  std::unordered_map<RowNumber, std::set<RecordId>> many_;
  PartedTable<RowNumber> rows_of_;       // by record + 1
  PartedTable<RowNumber> rows_by_hash_;  // by hash of the row
  PartedTable<Block> blocks_;
  std::map<RecordId, std::map<RecordId, Decision>> decisions_;  // both ways
  std::size_t overfull_ = 0;
  std::vector<RowNumber> unsettled_;
  std::set<RowNumber> in_unsettled_;
};

}  // namespace jingwei::linkage
