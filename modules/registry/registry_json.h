// How subjects, files, merges and pairs look in JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/messages.h"
#include "modules/registry/registry_service.h"

namespace jingwei::registry {

// What names a subject in a record: its name, and the number it goes by, as they may be seen; empty where
// there is none.
struct Label {
  std::string name, identifier;
};
Label label_of(const FileEntry& entry, const region::Tree& tree, Language language);

// A pair with its sides; a side that may not be seen is none.
struct ReviewSides {
  std::optional<FileEntry> a, b;
};

// [ "epidemic-control" ] as member "purposes".
void write_purposes(JsonWriter& json, const std::vector<std::string>& purposes);
std::string found_json(const FoundSubjects& found, const std::vector<std::string>& purposes,
                       const region::Tree& tree, Language language);
// `others` names what relations lead to, as far as it may be seen.
struct OtherSubject {
  Kind kind = Kind::person;
  std::string name;
};
std::string file_json(const SubjectFile& file, const std::map<SubjectId, OtherSubject>& others,
                      const std::vector<std::string>& purposes, const region::Tree& tree, Language language);
// `synthetic`: the hub holds invented people.
std::string own_file_json(const SubjectFile& file, Instant made_at, bool synthetic, const region::Tree& tree,
                          Language language);
std::string prefill_json(const SubjectFile& file, const catalog::Resource& form,
                         const std::vector<Prefilled>& known, Language language);
void write_event(JsonWriter& json, const Event& event);
void write_review(JsonWriter& json, const Review& review, const ReviewSides& sides, const region::Tree& tree,
                  Language language);
void write_comparison(JsonWriter& json, const Comparison& one,
                      const std::vector<std::pair<RegionId, std::int64_t>>& by_region,
                      const region::Tree& tree, Language language);
void write_model(JsonWriter& json, const ModelVersion& one, std::int64_t in_force, Language language);
// A subject that a withdrawal concerns, as the reader may see it.
struct SeenSubject {
  ForetoldSubject subject;
  FileEntry entry;
};
// `next`: the cursor of the next page; none behind the last.
std::string foretold_json(const Foretold& foretold, const std::vector<SeenSubject>& seen,
                          std::optional<std::int64_t> next, const region::Tree& tree, Language language);
std::string status_json(const RegistryStatus& status, const std::vector<std::string>& purposes,
                        const catalog::Catalog& catalog, Language language);

}  // namespace jingwei::registry
