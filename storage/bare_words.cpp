#include "storage/bare_words.h"

namespace jingwei::storage {

namespace {

constexpr std::int64_t sealed_at_once = 500;

}  // namespace

Value sealed_words(const Sealer& sealer, const Cell& cell, const std::string& words) {
  return words.empty() ? Value(Null{}) : Value(Blob{sealer.seal(cell, words)});
}

Result<std::string> words_of(const Sealer& sealer, const Cell& cell, const Row& row, int bare, int sealed) {
  if (row.is_null(sealed)) return std::string(row.text(bare));
  auto words = sealer.open(cell, row.blob(sealed));
  if (!words && words.error().code == ErrorCode::gone) return std::string();
  return words;
}

Result<std::size_t> seal_bare(Store& store, const Sealer& sealer, const BareWords& words) {
  std::size_t done = 0;
  for (;;) {
    std::vector<std::pair<std::int64_t, std::string>> found;
    {
      const Value most = sealed_at_once;
      JW_ASSIGN(auto reader, store.read());
      JW_TRY(reader->query(*words.find, std::span(&most, 1), [&](const Row& row) {
        found.emplace_back(row.integer(0), row.text(1));
        return true;
      }));
    }
    if (found.empty()) return done;
    JW_TRY(sealer.prepare(words.table));
    Change change;
    change.origin = Origin::hub;
    for (const auto& [id, text] : found) {
      change.writes.push_back(
          {words.seal, {id, Blob{sealer.seal({words.table, id, words.column}, text)}}, std::nullopt});
    }
    auto committed = store.commit(std::move(change));
    if (!committed) return std::move(committed).error();
    done += found.size();
  }
}

}  // namespace jingwei::storage
