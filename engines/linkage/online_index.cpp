#include "engines/linkage/online_index.h"

#include <algorithm>

namespace jingwei::linkage {

namespace {

std::uint64_t hash_key(std::uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

std::size_t units(std::size_t bytes) {
  return std::max<std::size_t>(1, (bytes + 15) / 16);
}

// Room of a block's array of so many rows.
std::size_t room(std::size_t rows) {
  return std::bit_ceil(rows);
}

}  // namespace

OnlineIndex::OnlineIndex(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

std::string_view OnlineIndex::packed(RowNumber row) const {
  return {bytes_.data(rows_[row].bytes)->bytes.data(), rows_[row].size};
}

RecordId OnlineIndex::first_record(RowNumber row) const {
  const RecordId record = rows_[row].record;
  return record == many ? *many_.at(row).begin() : record;
}

std::size_t OnlineIndex::copies_of(RowNumber row) const {
  return rows_[row].record == many ? many_.at(row).size() : 1;
}

OnlineIndex::RowNumber OnlineIndex::find_row(std::string_view bytes, std::uint64_t hash) const {
  // Two rows of one hash stand under neighbouring keys.
  for (std::uint64_t key = hash_key(hash);; key = hash_key(key + 1)) {
    const RowNumber* row = rows_by_hash_.find(key);
    if (row == nullptr) return lost;
    if (packed(*row) == bytes) return *row;
  }
}

OnlineIndex::RowNumber OnlineIndex::new_row(std::string_view bytes, std::uint64_t hash) {
  RowNumber row = static_cast<RowNumber>(rows_.size());
  if (free_rows_.empty()) {
    rows_.emplace_back();
  } else {
    row = free_rows_.back();
    free_rows_.pop_back();
  }
  Row& entry = rows_[row];
  entry.size = static_cast<std::uint32_t>(bytes.size());
  entry.bytes = bytes_.allocate(units(bytes.size()));
  std::memcpy(bytes_.data(entry.bytes), bytes.data(), bytes.size());
  std::uint64_t key = hash_key(hash);
  while (rows_by_hash_.find(key) != nullptr) key = hash_key(key + 1);
  rows_by_hash_.at(key) = row;
  std::vector<std::uint64_t> blocks;
  model_->blocks().blocks(view(row), blocks);
  for (const std::uint64_t block : blocks) {
    if (block != 0) enter(block, row);
  }
  return row;
}

void OnlineIndex::drop_row(RowNumber row) {
  const RowView values = view(row);
  std::vector<std::uint64_t> blocks;
  model_->blocks().blocks(values, blocks);
  for (const std::uint64_t block : blocks) {
    if (block != 0) leave(block, row);
  }
  for (std::uint64_t key = hash_key(hash_of(values));; key = hash_key(key + 1)) {
    const RowNumber* found = rows_by_hash_.find(key);
    if (found == nullptr) break;
    if (*found != row) continue;
    rows_by_hash_.erase(key);
    break;
  }
  bytes_.release(rows_[row].bytes, units(rows_[row].size));
  rows_[row] = {};
  free_rows_.push_back(row);
}

void OnlineIndex::enter(std::uint64_t key, RowNumber row) {
  Block& block = blocks_.at(key);
  const std::size_t before = block.rows++;
  if (before == block_rows_most) {
    ++overfull_;
    unsettle({block_rows_most, block.where});
  }
  if (before == 0) {
    block.where = row;
    return;
  }
  if (block.where == lost) return;
  if (before == 1) {
    const RowNumber only = block.where;
    block.where = lists_.allocate(room(2));
    lists_.data(block.where)[0] = only;
  } else if (before == ArrayPool<RowNumber>::most) {
    lists_.release(block.where, room(before));
    block.where = lost;
    return;
  } else if (room(before) != room(before + 1)) {
    const std::uint32_t larger = lists_.allocate(room(before + 1));
    std::memcpy(lists_.data(larger), lists_.data(block.where), before * sizeof(RowNumber));
    lists_.release(block.where, room(before));
    block.where = larger;
  }
  lists_.data(block.where)[before] = row;
}

void OnlineIndex::leave(std::uint64_t key, RowNumber row) {
  Block* found = blocks_.find(key);
  JW_ASSERT(found != nullptr);
  Block& block = *found;
  const std::size_t before = block.rows--;
  const bool fits_again = before == block_rows_most + 1;
  if (fits_again) --overfull_;
  if (before == 1) {
    blocks_.erase(key);
    return;
  }
  if (block.where == lost) return;
  RowNumber* list = lists_.data(block.where);
  RowNumber* place = std::find(list, list + before, row);
  JW_ASSERT(place != list + before);
  *place = list[before - 1];
  if (before == 2) {
    const RowNumber only = list[0];
    lists_.release(block.where, room(2));
    block.where = only;
  } else if (room(before) != room(before - 1)) {
    const std::uint32_t smaller = lists_.allocate(room(before - 1));
    std::memcpy(lists_.data(smaller), list, (before - 1) * sizeof(RowNumber));
    lists_.release(block.where, room(before));
    block.where = smaller;
  }
  if (fits_again) unsettle(block);
}

void OnlineIndex::unsettle(const Block& block) {
  if (block.rows == 0 || block.where == lost) return;
  const RowNumber* list = block.rows == 1 ? &block.where : lists_.data(block.where);
  for (std::size_t at = 0; at < block.rows; ++at) {
    if (in_unsettled_.insert(list[at]).second) unsettled_.push_back(list[at]);
  }
}

std::vector<RecordId> OnlineIndex::unsettled(std::size_t most) const {
  std::vector<RecordId> records;
  for (std::size_t at = 0; at < std::min(most, unsettled_.size()); ++at) {
    // A row that went meanwhile is nobody's; its number may be another's, which does no harm.
    const bool there = rows_[unsettled_[at]].size != 0;
    records.push_back(there ? first_record(unsettled_[at]) : many);
  }
  return records;
}

void OnlineIndex::settle(std::size_t count) {
  count = std::min(count, unsettled_.size());
  for (std::size_t at = 0; at < count; ++at) in_unsettled_.erase(unsettled_[at]);
  unsettled_.erase(unsettled_.begin(), unsettled_.begin() + static_cast<std::ptrdiff_t>(count));
}

void OnlineIndex::unsettle_near_bound(std::size_t records) {
  blocks_.each([&](std::uint64_t, const Block& block) {
    const bool above = block.rows > block_rows_most;
    const std::size_t away = above ? block.rows - block_rows_most : block_rows_most - block.rows + 1;
    if (away <= records) unsettle(block);
  });
}

void OnlineIndex::add(RecordId record, const std::string& prepared) {
  const std::uint64_t hash = hash_of(model_->view(prepared));
  RowNumber row = find_row(prepared, hash);
  if (const RowNumber* there = rows_of_.find(record + 1)) {
    if (*there == row) return;
    remove(record);
    row = find_row(prepared, hash);
  }
  if (row == lost) {
    row = new_row(prepared, hash);
    rows_[row].record = record;
  } else if (rows_[row].record == many) {
    many_[row].insert(record);
  } else {
    many_[row] = {rows_[row].record, record};
    rows_[row].record = many;
  }
  rows_of_.at(record + 1) = row;
}

bool OnlineIndex::remove(RecordId record) {
  const RowNumber* found = rows_of_.find(record + 1);
  if (found == nullptr) return false;
  const RowNumber row = *found;
  rows_of_.erase(record + 1);
  if (rows_[row].record != many) {
    drop_row(row);
    return true;
  }
  auto& copies = many_[row];
  copies.erase(record);
  if (copies.size() == 1) {
    rows_[row].record = *copies.begin();
    many_.erase(row);
  }
  return true;
}

void OnlineIndex::decide(RecordId one, RecordId other, Decision decision) {
  if (one == other) return;
  for (const auto& [from, to] : {std::pair(one, other), std::pair(other, one)}) {
    if (decision != Decision::none) {
      decisions_[from][to] = decision;
      continue;
    }
    const auto found = decisions_.find(from);
    if (found == decisions_.end()) continue;
    found->second.erase(to);
    if (found->second.empty()) decisions_.erase(found);
  }
}

void OnlineIndex::meet(const RowView& row, std::vector<RowNumber>& rows) const {
  std::vector<std::uint64_t> blocks;
  model_->blocks().blocks(row, blocks);
  rows.clear();
  for (const std::uint64_t key : blocks) {
    const Block* block = key == 0 ? nullptr : blocks_.find(key);
    if (block == nullptr || block->rows > block_rows_most || block->where == lost) continue;
    if (block->rows == 1) {
      rows.push_back(block->where);
    } else {
      const RowNumber* list = lists_.data(block->where);
      rows.insert(rows.end(), list, list + block->rows);
    }
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
}

Candidate OnlineIndex::candidate(RowNumber row, const RowView& asked,
                                 const std::array<double, fields_most>& rarities, bool explained) const {
  Candidate one;
  const RowView values = view(row);
  one.pattern = model_->compare(asked, values);
  if (explained) one.contributions.resize(values.fields);
  one.score = model_->score(one.pattern, rarities, one.contributions);
  one.contradicts = model_->contradict(asked, values, one.pattern);
  return one;
}

std::vector<Candidate> OnlineIndex::find(std::span<const std::string_view> values, std::size_t most,
                                         double least) const {
  const std::string bytes = model_->prepare(values);
  const RowView asked = model_->view(bytes);
  const auto rarities = model_->rarities(asked);
  std::vector<RowNumber> rows;
  meet(asked, rows);
  std::vector<std::pair<Candidate, RowNumber>> found;
  for (const RowNumber row : rows) {
    Candidate one = candidate(row, asked, rarities, false);
    if (one.score.probability < least) continue;
    one.record = first_record(row);
    one.copies = copies_of(row);
    found.emplace_back(std::move(one), row);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    if (a.first.score.probability != b.first.score.probability)
      return a.first.score.probability > b.first.score.probability;
    return a.first.record < b.first.record;
  });
  if (found.size() > most) found.resize(most);
  std::vector<Candidate> answer;
  for (auto& [one, row] : found) {
    one.contributions.resize(asked.fields);
    model_->score(one.pattern, rarities, one.contributions);
    answer.push_back(std::move(one));
  }
  return answer;
}

std::optional<Candidate> OnlineIndex::compare(RecordId one, RecordId other) const {
  const RowNumber* a = rows_of_.find(one + 1);
  const RowNumber* b = rows_of_.find(other + 1);
  if (a == nullptr || b == nullptr) return std::nullopt;
  const RowView asked = view(*a);
  Candidate answer = candidate(*b, asked, model_->rarities(asked), true);
  answer.record = other;
  answer.copies = copies_of(*b);
  return answer;
}

std::vector<RecordId> OnlineIndex::copies(RecordId record, std::optional<RecordId> after,
                                          std::size_t most) const {
  std::vector<RecordId> answer;
  const RowNumber* row = rows_of_.find(record + 1);
  if (row == nullptr) return answer;
  if (rows_[*row].record != many) {
    if (most > 0 && (!after || *after < record)) answer.push_back(record);
    return answer;
  }
  const auto& all = many_.at(*row);
  for (auto at = after ? all.upper_bound(*after) : all.begin(); at != all.end() && answer.size() < most; ++at)
    answer.push_back(*at);
  return answer;
}

std::size_t OnlineIndex::memory() const {
  std::size_t bytes = bytes_.memory() + lists_.memory() + rows_of_.memory() + rows_by_hash_.memory() +
                      blocks_.memory() + rows_.capacity() * sizeof(Row) + free_rows_.capacity() * 4;
  constexpr std::size_t tree_node = 48, map_node = 96;
  for (const auto& [row, records] : many_) bytes += map_node + records.size() * tree_node;
  for (const auto& [record, others] : decisions_) bytes += map_node + others.size() * tree_node;
  return bytes;
}

}  // namespace jingwei::linkage
