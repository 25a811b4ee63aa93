// Pictures of cases: kept sealed as they were sent, and beside it without metadata for everybody else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/cases/case_work.h"
#include "modules/cases/evidence/picture.h"

namespace jingwei::cases {

struct Photo {
  PhotoId id;
  CaseId case_id;  // none: no case names it yet
  std::string media;
  std::int64_t bytes = 0;
  std::string actor;
  Instant at{};
  std::string stage;
};

enum class PhotoCopy : std::uint8_t { original, clean };

// Thread-safe; everything outlives it.
class Photos {
 public:
  // The table whose keys bodies are sealed under.
  static constexpr const char* sealed_table = "case_photo_body";

  explicit Photos(CaseWork& work) : work_(work) {}

  // For no case yet (`id` none), or as a step of one that the caller sees. Errors: unsupported, invalid
  // (broken, too many), too_large "cases.photo_too_large", CaseWork::find's, the store's.
  Result<Photo> send(std::string bytes, CaseId id, const CaseView& view, const WriteRequest& request);
  // Its sender sees one that no case names; else whoever sees the case, the original only by "case.read".
  // Errors: not_found, denied "cases.original_not_yours", gone (its key), the store's.
  struct Content {
    Photo photo;
    std::string bytes;
    std::optional<Found> shown_in;  // the case that names it
  };
  Result<Content> fetch(PhotoId id, PhotoCopy copy, const CaseView& view) const;
  Result<std::vector<Photo>> list(storage::Reader& reader, CaseId id) const;
  // Removes those that no case has named for thirty days, but for who has open conflicts; how many. Errors:
  // the store's.
  Result<std::size_t> sweep();

 private:
  Result<Photo> find(storage::Reader& reader, PhotoId id) const;
  CaseWork& work_;
};

}  // namespace jingwei::cases
