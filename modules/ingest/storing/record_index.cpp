#include "modules/ingest/storing/record_index.h"

#include <algorithm>

#include "base/limits.h"

namespace jingwei::ingest {

Result<RecordIndex::View> RecordIndex::follow(storage::Reader& reader, const catalog::RecordTable& table,
                                              Table wants) {
  JW_ASSIGN(const std::int64_t number, catalog::slice_number(reader, resource_));
  View view(*this, reader, number);
  if (number < number_) return Error(ErrorCode::conflict, "storage.changed_meanwhile").because("slices");
  if (number > number_) JW_TRY(follow_slices(reader, number));
  if (wants == Table::known) JW_TRY(follow_table(reader, table));
  return view;
}

Result<void> RecordIndex::follow_slices(storage::Reader& reader, std::int64_t number) {
  JW_ASSIGN(const auto changed, catalog::changed_slices(reader, resource_, number_));
  for (const auto& head : changed) {
    const bool known = known_.contains(head.first_id);
    if (known && !head.known_to) forget_keys(head.first_id);  // one of its records was erased
    if (known != head.known_to.has_value()) continue;         // ended before we met it, or met already
    if (known) {
      JW_ASSIGN(const bool stands, catalog::has_body(reader, resource_, head.first_id));
      if (!stands) {  // erased, and which keys it had with it: all is read anew
        forget();
        return follow_slices(reader, number);
      }
    }
    JW_ASSIGN(std::string row_keys, catalog::slice_keys(reader, resource_, head.first_id));
    if (row_keys.size() != static_cast<std::size_t>(head.rows) * row_keys_bytes)
      return Error(ErrorCode::corrupt, "storage.damaged").because("keys of a slice of " + resource_);
    if (known) {
      remove_keys(head.first_id, row_keys);
    } else {
      add_keys(head.first_id, head.rows, row_keys);
    }
  }
  number_ = number;
  return {};
}

void RecordIndex::forget() {
  number_ = tabled_until_ = -1;
  slices_.clear();
  known_.clear();
  marks_.clear();
  packed_ = KeyMap();
  tabled_ = KeyMap();
  keys_.clear();
  keys_at_.clear();
  keys_bytes_ = 0;
}

// The record's number stays in memory, and leads to an empty key.
void RecordIndex::forget_keys(std::int64_t first_id) {
  marks_.erase(first_id);
  const auto kept = keys_at_.find(first_id);
  if (kept == keys_at_.end()) return;
  keys_bytes_ -= kept->second->second.size();
  keys_.erase(kept->second);
  keys_at_.erase(kept);
}

Result<void> RecordIndex::follow_table(storage::Reader& reader, const catalog::RecordTable& table) {
  const bool from_the_start = tabled_until_ < 0 || tabled_name_ != table.name();
  const storage::Value epoch = tabled_until_;
  JW_TRY(reader.query(from_the_start ? table.all_keys() : table.keys(),
                      std::span(&epoch, from_the_start ? 0 : 1), [&](const storage::Row& row) {
                        tabled_.insert(fingerprint(row.blob(0)), 0);
                        return true;
                      }));
  tabled_name_ = table.name();
  tabled_until_ = number_;
  return {};
}

void RecordIndex::add_keys(std::int64_t first_id, std::int64_t rows, std::string_view row_keys) {
  const std::uint32_t base = slices_.empty() ? 0 : slices_.back().base + slices_.back().rows;
  slices_.push_back({first_id, static_cast<std::uint32_t>(rows), base});
  known_.insert(first_id);
  constexpr std::int64_t ahead = 16;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (row + ahead < rows)
      packed_.prefetch(fingerprint(key_in(row_keys, static_cast<std::size_t>(row + ahead))));
    packed_.insert(fingerprint(key_in(row_keys, static_cast<std::size_t>(row))),
                   base + static_cast<std::uint32_t>(row));
  }
}

void RecordIndex::remove_keys(std::int64_t first_id, std::string_view row_keys) {
  for (std::size_t row = 0; row * row_keys_bytes < row_keys.size(); ++row) {
    const std::uint64_t key = fingerprint(key_in(row_keys, row));
    const auto ordinal = packed_.find(key);
    if (ordinal && place_of(*ordinal).first_id == first_id) packed_.vacate(key);
  }
}

void RecordIndex::add(std::int64_t first_id, std::int64_t rows, std::string row_keys, std::int64_t number) {
  const std::lock_guard lock(mutex_);
  if (number != number_ + 1) return;  // somebody else's came between: follow() reads it
  add_keys(first_id, rows, row_keys);
  keep_keys(first_id, std::move(row_keys));
  number_ = number;
}

PackedAt RecordIndex::place_of(std::uint32_t ordinal) const {
  const auto after = std::upper_bound(slices_.begin(), slices_.end(), ordinal,
                                      [](std::uint32_t at, const Slice& slice) { return at < slice.base; });
  const Slice& slice = *std::prev(after);
  return {slice.first_id, ordinal - slice.base};
}

Result<std::optional<PackedAt>> RecordIndex::View::find(std::string_view key) {
  const auto ordinal = index_.packed_.find(fingerprint(key));
  if (!ordinal) return std::optional<PackedAt>();
  const PackedAt place = index_.place_of(*ordinal);
  JW_ASSIGN(const std::string_view row_keys, index_.keys_of(reader_, place.first_id));
  // Another key may have the same fingerprint: this one then stands in the table, if anywhere.
  if (key_in(row_keys, static_cast<std::size_t>(place.row)) != key) return std::optional<PackedAt>();
  return std::optional(place);
}

Result<bool> RecordIndex::View::can_be_opened(const catalog::SliceHead& head, const storage::Sealer& sealer) {
  JW_ASSIGN(const auto* marks, index_.marks_of(reader_, head));
  return std::ranges::all_of(*marks, [&](const std::string& mark) { return sealer.key_stands(mark); });
}

Result<const std::vector<std::string>*> RecordIndex::marks_of(storage::Reader& reader,
                                                              const catalog::SliceHead& head) {
  const auto kept = marks_.find(head.first_id);
  if (kept != marks_.end()) return &kept->second;
  JW_ASSIGN(auto marks, catalog::slice_marks(reader, resource_, head, storage::Sealer::mark_bytes));
  return &(marks_[head.first_id] = std::move(marks));
}

Result<std::string_view> RecordIndex::keys_of(storage::Reader& reader, std::int64_t first_id) {
  const auto kept = keys_at_.find(first_id);
  if (kept != keys_at_.end()) {
    keys_.splice(keys_.end(), keys_, kept->second);
    return std::string_view(kept->second->second);
  }
  JW_ASSIGN(std::string row_keys, catalog::slice_keys(reader, resource_, first_id));
  keep_keys(first_id, std::move(row_keys));
  return std::string_view(keys_.back().second);
}

void RecordIndex::keep_keys(std::int64_t first_id, std::string row_keys) {
  keys_bytes_ += row_keys.size();
  keys_.emplace_back(first_id, std::move(row_keys));
  keys_at_[first_id] = std::prev(keys_.end());
  while (keys_bytes_ > limits::slice_keys_kept_bytes && keys_.size() > 1) {
    keys_bytes_ -= keys_.front().second.size();
    keys_at_.erase(keys_.front().first);
    keys_.pop_front();
  }
}

}  // namespace jingwei::ingest
