#include "crypto/destruction_ledger.h"

#include <algorithm>

#include "crypto/key_lines.h"
#include "crypto/merkle.h"

namespace jingwei::crypto {

namespace {

constexpr std::string_view header = "jingwei-destroyed 1";
constexpr std::uint64_t ledger_bytes = 64 << 20;

// Binds a line to all lines before it.
std::string chained(std::string_view chain, std::string_view line) {
  return to_hex(sha256(std::string(chain) + '\n' + std::string(line)));
}

// "record RESOURCE ID MARK AT BY-AS-HEX"
constexpr std::string_view record_word = "record";
constexpr std::size_t record_words = 6, mark_digits = 32;

std::string record_line(const ErasedRecord& one) {
  return std::string(record_word) + ' ' + one.resource + ' ' + std::to_string(one.record) + ' ' + one.mark +
         ' ' + std::to_string(to_micros(one.at)) + ' ' + hex_of(one.by);
}

std::optional<ErasedRecord> record_of_line(const std::vector<std::string_view>& words) {
  if (words.size() != record_words) return std::nullopt;
  ErasedRecord one;
  std::int64_t at = 0;
  const auto by = bytes_of_hex(words[5]);
  if (words[1].empty() || !read_number(words[2], one.record) || words[3].size() != mark_digits ||
      !read_number(words[4], at) || !by)
    return std::nullopt;
  one.resource = words[1];
  one.mark = words[3];
  one.at = from_micros(at);
  one.by = *by;
  return one;
}

struct Ledger {
  std::vector<KeyInfo> keys;
  std::vector<ErasedRecord> records;
  std::string text, chain;

  void add(const std::string& line) {
    chain = chained(chain, line);
    text += line + ' ' + chain + '\n';
  }
};

Result<Ledger> read(FileSystem& files, const std::string& path) {
  Ledger ledger;
  ledger.text = std::string(header) + '\n';
  ledger.chain = header;
  JW_ASSIGN(const bool present, files.exists(path));
  if (!present) return ledger;
  JW_ASSIGN(ledger.text, read_text(files, path, ledger_bytes));
  std::int64_t number = 0;
  const auto damaged = [&] {
    return Error(ErrorCode::corrupt, "crypto.ledger_damaged")
        .with("path", path)
        .with("line", std::to_string(number));
  };
  for (std::string_view rest = ledger.text; !rest.empty();) {
    ++number;
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return damaged();
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (number == 1) {
      if (line != header) return damaged();
      continue;
    }
    const std::size_t space = line.rfind(' ');
    if (space == std::string_view::npos) return damaged();
    const auto words = words_of(line.substr(0, space));
    ledger.chain = chained(ledger.chain, line.substr(0, space));
    if (words.empty() || line.substr(space + 1) != ledger.chain) return damaged();
    if (words.front() == record_word) {
      const auto record = record_of_line(words);
      if (!record) return damaged();
      ledger.records.push_back(*record);
      continue;
    }
    const auto info = gone_of_line(words);
    if (!info) return damaged();
    ledger.keys.push_back(*info);
  }
  if (number == 0) return damaged();
  return ledger;
}

}  // namespace

bool is_same_key(const KeyInfo& one, const KeyInfo& other) {
  return one.id == other.id && one.kind == other.kind && one.scope == other.scope &&
         one.month == other.month && one.created == other.created;
}

Result<std::vector<KeyInfo>> read_ledger(FileSystem& files, const std::string& path) {
  JW_ASSIGN(auto ledger, read(files, path));
  return std::move(ledger.keys);
}

Result<std::vector<ErasedRecord>> read_erased(FileSystem& files, const std::string& path) {
  JW_ASSIGN(auto ledger, read(files, path));
  return std::move(ledger.records);
}

Result<void> add_to_ledger(FileSystem& files, const std::string& path, std::span<const KeyInfo> destroyed,
                           std::span<const ErasedRecord> erased) {
  JW_ASSIGN(auto ledger, read(files, path));
  JW_ASSIGN(const bool present, files.exists(path));
  bool grown = !present;
  for (const auto& key : destroyed) {
    const auto same = [&](const KeyInfo& known) { return is_same_key(known, key); };
    if (std::any_of(ledger.keys.begin(), ledger.keys.end(), same)) continue;
    ledger.add(gone_line(key));
    ledger.keys.push_back(key);
    grown = true;
  }
  for (const auto& record : erased) {
    const auto same = [&](const ErasedRecord& known) { return known.is_same(record); };
    if (std::any_of(ledger.records.begin(), ledger.records.end(), same)) continue;
    ledger.add(record_line(record));
    ledger.records.push_back(record);
    grown = true;
  }
  if (!grown) return {};
  return write_text_durably(files, path, ledger.text);
}

}  // namespace jingwei::crypto
