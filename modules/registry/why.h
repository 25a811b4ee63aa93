// Why a record stands in a file: what it is compared by with the record it hangs on most, by the version of
// the model that linked it, and what people decided.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engines/linkage/comparison.h"
#include "modules/registry/decisions.h"
#include "modules/registry/file.h"
#include "modules/registry/models.h"

namespace jingwei::registry {

// What holds a record in its file.
enum class Basis : std::uint8_t {
  alone,       // nothing else stands there
  identifier,  // the same number as another record's
  model,       // what it says fits what another says
  decision,    // a person said that they are one
};
std::string_view name_of(Basis basis);

// A person's word that brought a record here: that two are one.
struct WhyDecision {
  EventId event;
  std::string actor;
  std::string reason;  // empty for a pair, which is decided without one
  Instant at{};
};

struct Why {
  SubjectId subject;
  FileEntry entry;
  Basis basis = Basis::alone;
  bool compared = false;           // with another record of the file, as all below tells
  std::optional<FileEntry> other;  // that record as the reader may see it; none: it is not theirs to see
  double probability = 0;
  double weight = 0;  // bits
  Bounds bounds;      // of the version that linked the record
  std::array<linkage::Level, trait_count> levels{};
  std::array<double, trait_count> parts{};  // each trait's part of the weight
  std::vector<WhyDecision> decisions;       // the last first
};

// Computed on demand: nothing of it is kept. Thread-safe. What it is given must outlive it.
class Whys {
 public:
  // The model that links now, where it is that version; else null: it is loaded from those that are kept.
  using Known = std::function<std::shared_ptr<const linkage::Model>(std::int64_t version)>;

  Whys(const RegistryParts& parts, const Resources& resources, const Files& files, const Models& models,
       const Decisions& decisions, Known known)
      : parts_(parts),
        resources_(resources),
        files_(files),
        models_(models),
        decisions_(decisions),
        known_(std::move(known)) {}

  // Of the record's pairs with others of the file, the likeliest, of those the heaviest. How alike the two
  // are is told of every trait; values are shown as the reader may see them. Errors: not_found
  // "registry.link_not_found" (also when the record may not be seen); the store's, those of the model.
  Result<Why> why(SubjectId subject, RecordId record, const Reader& reader) const;

 private:
  struct Pair;
  struct Said;
  // `model` null: by identifiers alone. None where nothing else stands there.
  Result<std::optional<Pair>> strongest(const Link& link, const linkage::Model* model) const;
  Result<std::optional<Telling>> telling_of(const Link& link) const;
  Result<std::shared_ptr<const linkage::Model>> model_of(std::int64_t version) const;
  Result<Said> said_of(const Link& link) const;
  Result<std::optional<WhyDecision>> word_of(EventId event) const;

  const RegistryParts& parts_;
  const Resources& resources_;
  const Files& files_;
  const Models& models_;
  const Decisions& decisions_;
  const Known known_;
  mutable std::mutex mutex_;
  mutable std::pair<std::int64_t, std::shared_ptr<const linkage::Model>> loaded_;  // the last that was
};

}  // namespace jingwei::registry
