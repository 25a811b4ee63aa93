// What says that two records' tellings are one subject: a model version, or identifiers alone.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "modules/registry/links.h"
#include "modules/registry/telling.h"

namespace jingwei::registry {

struct Match {
  double probability = 0;
  double weight = 0;                        // bits
  bool contradicts = false;                 // never one subject
  std::array<double, trait_count> parts{};  // each trait's part of the weight
};

// From which probability on two records are linked, certainly so, or shown to people.
struct Bounds {
  double certain = 0.98;
  double probable = 0.5;
  double doubtful = 0.2;
};

// Who knows which records may be one. Called by one thread at a time.
class Matcher {
 public:
  virtual ~Matcher() = default;
  virtual std::int64_t model() const = 0;
  virtual Bounds bounds() const { return {}; }
  // Takes tellings in, in place of all that was known of the same records. Those of one record stand one
  // behind another.
  virtual void know(std::span<const Telling> tellings) = 0;
  virtual void forget(RecordId record) = 0;

  // Whether it says itself which records are one person. If not, one identifier is one subject, and compare()
  // tells how sure that is.
  virtual bool groups_persons() const { return false; }
  struct Member {
    RecordId record;
    Certainty certainty = Certainty::certain;
  };
  struct Doubt {
    RecordId a, b;
    double probability = 0;
  };
  // Of records that say the same a person may hold more than are told: copies() tells them all.
  struct Persons {
    std::vector<std::vector<Member>> persons;
    std::vector<Doubt> doubts;  // pairs of different persons that somebody should look at, likeliest first
    bool all_told = true;
    // False where more hangs together than it looks at: the persons are some of those, as it happened to come
    // upon them. Links stay as they stand then.
    bool complete = true;
  };
  // The persons around a record it knows; none around one it does not.
  virtual Persons persons_around(RecordId) { return {}; }
  virtual std::vector<RecordId> copies(RecordId, std::size_t) { return {}; }
  // The record and the other that is likeliest the same person; nothing where none comes near.
  virtual std::optional<Doubt> likeliest(const Telling&) { return std::nullopt; }
  // What a record tells that names a household's head without a number; nothing for all others. Such a record
  // has no link while nobody else tells of that person. Errors: the store's.
  virtual Result<std::optional<Telling>> unnumbered_head(RecordId) { return std::optional<Telling>(); }
  // Records around which it answers otherwise than before although nothing was said of them (OnlineIndex):
  // the first `most`, which stay among them until they are settled.
  virtual std::vector<RecordId> unsettled(std::size_t) { return {}; }
  virtual void settle(std::size_t) {}
  // So many records, that it knows, are yet to be linked or unlinked: what they may have unsettled is told.
  virtual void unsettle(std::size_t) {}
  // What people decided of two records; nothing: nothing that holds.
  virtual void decide(RecordId, RecordId, std::optional<bool>) {}

  // Symmetric.
  virtual Match compare(const Link& a, const Link& b) = 0;

  // The registry's number up to which it was told what people decided; -1: of nothing yet.
  std::int64_t decided_at() const { return decided_at_; }
  void know_decisions_of(std::int64_t number) { decided_at_ = number; }

 private:
  std::int64_t decided_at_ = -1;
};

// Version 0, for hubs that have not learned yet: one identifier is one subject; for persons certainly so when
// the name is the same too, else people look at it.
std::unique_ptr<Matcher> identifier_matcher();

// Of one kind and one identifier: what identifiers alone say of two links.
Match match_identifiers(const Link& a, const Link& b);

// {"name":3.2,"phone":-1.1}: what is kept of a match beside events and pairs.
std::string weights_json(const Match& match);

}  // namespace jingwei::registry
