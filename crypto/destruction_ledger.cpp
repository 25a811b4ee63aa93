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

struct Ledger {
  std::vector<KeyInfo> keys;
  std::string text, chain;
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
    const auto info = gone_of_line(words_of(line.substr(0, space)));
    ledger.chain = chained(ledger.chain, line.substr(0, space));
    if (!info || line.substr(space + 1) != ledger.chain) return damaged();
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

Result<void> add_to_ledger(FileSystem& files, const std::string& path, std::span<const KeyInfo> destroyed) {
  JW_ASSIGN(auto ledger, read(files, path));
  JW_ASSIGN(const bool present, files.exists(path));
  bool grown = !present;
  for (const auto& key : destroyed) {
    const auto same = [&](const KeyInfo& known) { return is_same_key(known, key); };
    if (std::any_of(ledger.keys.begin(), ledger.keys.end(), same)) continue;
    const std::string line = gone_line(key);
    ledger.chain = chained(ledger.chain, line);
    ledger.text += line + ' ' + ledger.chain + '\n';
    ledger.keys.push_back(key);
    grown = true;
  }
  if (!grown) return {};
  return write_text_durably(files, path, ledger.text);
}

}  // namespace jingwei::crypto
