#include "modules/cases/evidence/photos.h"

#include "base/limits.h"
#include "modules/cases/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::cases {

namespace {

constexpr std::size_t most_bytes = 12 << 20;
constexpr std::chrono::days unclaimed_kept{30};
constexpr std::int64_t swept_at_once = 100;

std::string_view column_of(PhotoCopy copy) {
  return copy == PhotoCopy::original ? "original" : "clean";
}

Photo read_photo(const storage::Row& row) {
  return {PhotoId(row.integer(0)),  CaseId(row.integer(1)),      std::string(row.text(2)), row.integer(3),
          std::string(row.text(4)), from_micros(row.integer(5)), std::string(row.text(6))};
}

Error no_photo() {
  return Error(ErrorCode::not_found, "cases.no_photo");
}

}  // namespace

Result<Photo> Photos::send(std::string bytes, CaseId id, const CaseView& view, const WriteRequest& request) {
  const CasesParts& parts = work_.parts();
  if (bytes.size() > most_bytes)
    return Error(ErrorCode::too_large, "cases.photo_too_large")
        .with("most", std::to_string(most_bytes >> 20));
  JW_ASSIGN(const PictureKind kind, kind_of(bytes));
  JW_ASSIGN(const std::string clean, without_metadata(bytes));
  JW_TRY(parts.sealer.prepare(sealed_table));
  Photo photo;
  photo.case_id = id;
  photo.media = media_of(kind);
  photo.bytes = static_cast<std::int64_t>(bytes.size());
  photo.actor = view.actor();
  auto row = catalog::idempotency_of(request.idempotency_key, view.actor(), "send_photo",
                                     {id.to_string(), storage::sha256_hex(bytes)});
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(const std::int64_t fresh, parts.store.allocate_ids());
    photo.id = PhotoId(fresh);
    photo.at = parts.clock.now();
    if (row) row->answer = photo.id.to_string();
    storage::Change change;
    if (id) {
      JW_ASSIGN(const Found found, work_.find(reader, id, &view));
      if (found.one.photos >= found.declared->process.photos_most)
        return Error(ErrorCode::invalid, "cases.too_many_photos")
            .with("most", std::to_string(found.declared->process.photos_most));
      photo.stage = name_of(found.one.stage);
      Outcome outcome = work_.noted(found.one, StepKind::photo, view.actor(), {});
      ++outcome.after.photos;
      if (view.actor() != found.one.reporter) outcome.after.touched = true;
      work_.add(found.one, outcome, *found.declared, "case.photo", change);
    } else {
      change.audit.push_back({view.actor(), "case.photo", "photo:" + photo.id.to_string(), "{}"});
    }
    change.writes.push_back({&sql::put_photo,
                             {photo.id.value, photo.case_id.value, photo.media, photo.bytes, photo.actor,
                              to_micros(photo.at), photo.stage},
                             1});
    for (const auto copy : {PhotoCopy::original, PhotoCopy::clean}) {
      const std::string& plain = copy == PhotoCopy::original ? bytes : clean;
      change.writes.push_back(
          {&sql::put_photo_body,
           {photo.id.value, static_cast<std::int64_t>(copy),
            storage::Blob{parts.sealer.seal({sealed_table, photo.id.value, column_of(copy)}, plain)}},
           1});
    }
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts.store, row, decide));
  if (!committed.earlier_answer) return photo;
  JW_ASSIGN(auto reader, parts.store.read());
  return find(*reader, PhotoId::parse(*committed.earlier_answer).value_or(PhotoId()));
}

Result<Photo> Photos::find(storage::Reader& reader, PhotoId id) const {
  const storage::Value key = id.value;
  std::optional<Photo> found;
  JW_TRY(reader.query(sql::photo_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = read_photo(row);
    return true;
  }));
  if (!found) return no_photo();
  return *found;
}

Result<Photos::Content> Photos::fetch(PhotoId id, PhotoCopy copy, const CaseView& view) const {
  JW_ASSIGN(auto reader, work_.parts().store.read());
  Content content;
  JW_ASSIGN(content.photo, find(*reader, id));
  const bool own = view.actor() == content.photo.actor;
  if (content.photo.case_id) {
    auto found = work_.find(*reader, content.photo.case_id, &view);
    if (!found) return found.error().code == ErrorCode::not_found ? no_photo() : found.error();
    if (copy == PhotoCopy::original && !own && !view.may("case.read", found->one))
      return Error(ErrorCode::denied, "cases.original_not_yours");
    content.shown_in = std::move(*found);
  } else if (!own && !view.everything()) {
    return no_photo();
  }
  const std::array<storage::Value, 2> key = {id.value, static_cast<std::int64_t>(copy)};
  std::string sealed;
  JW_TRY(reader->query(sql::photo_body, key, [&](const storage::Row& row) {
    sealed = row.blob(0);
    return true;
  }));
  JW_ASSIGN(content.bytes, work_.parts().sealer.open({sealed_table, id.value, column_of(copy)}, sealed));
  return content;
}

Result<std::vector<Photo>> Photos::list(storage::Reader& reader, CaseId id) const {
  const storage::Value key = id.value;
  std::vector<Photo> all;
  JW_TRY(reader.query(sql::photos_of_case, std::span(&key, 1), [&](const storage::Row& row) {
    all.push_back(read_photo(row));
    return true;
  }));
  return all;
}

Result<std::size_t> Photos::sweep() {
  storage::Store& store = work_.parts().store;
  std::vector<std::int64_t> stale;
  {
    JW_ASSIGN(auto reader, store.read());
    const std::array<storage::Value, 2> key = {to_micros(work_.parts().clock.now() - unclaimed_kept),
                                               swept_at_once};
    JW_TRY(reader->query(sql::unclaimed_photos, key, [&](const storage::Row& row) {
      stale.push_back(row.integer(0));
      return true;
    }));
  }
  std::size_t gone = 0;
  for (const std::int64_t id : stale) {
    storage::Change change;
    change.origin = storage::Origin::hub;
    change.writes.push_back({&sql::drop_photo, {id}, 1});
    change.writes.push_back({&sql::drop_photo_bodies, {id}, std::nullopt});
    auto committed = store.commit(std::move(change));
    if (committed) ++gone;
    // Named by a case at this very moment: it stays.
    if (!committed && committed.error().code != ErrorCode::conflict) return std::move(committed).error();
  }
  return gone;
}

}  // namespace jingwei::cases
