#include "modules/ingest/reading/compound_file.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/limits.h"

namespace jingwei::ingest {

namespace {

// [MS-CFB] 2.2 and 2.6: places in the header and in an entry of the directory.
constexpr std::size_t header_bytes = 512, entry_bytes = 128, name_bytes = 64;
constexpr std::size_t sector_shift_at = 30, directory_at = 48, table_chain_at = 68, tables_at = 76;
constexpr std::size_t tables_in_header = 109, name_length_at = 64, kind_at = 66;
constexpr std::uint32_t last_sector = 0xFFFFFFFA;  // above: marks of ends and of sectors in other use
constexpr unsigned smallest_shift = 9, largest_shift = 12;

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t byte = size; byte-- > 0;)
    number = number << 8U | static_cast<unsigned char>(bytes[at + byte]);
  return number;
}

class CompoundFile {
 public:
  CompoundFile(File& file, std::string header)
      : file_(file),
        header_(std::move(header)),
        shift_(number_at(header_, sector_shift_at, 2)),
        sector_(sound() ? std::size_t{1} << shift_ : 0, '\0') {}

  bool sound() const { return shift_ >= smallest_shift && shift_ <= largest_shift; }

  Result<std::vector<std::string>> names() {
    std::vector<std::string> names;
    std::uint32_t at = number_at(header_, directory_at, 4);
    // A chain that runs in a circle ends with the number of names.
    while (names.size() < limits::compound_names) {
      JW_ASSIGN(const bool whole, read_sector(at));
      if (!whole) break;
      for (std::size_t entry = 0; entry < sector_.size(); entry += entry_bytes) add_name(entry, names);
      JW_ASSIGN(at, next_of(at));
    }
    return names;
  }

 private:
  // False when there is no such sector, or not all of it.
  Result<bool> read_sector(std::uint32_t number) {
    if (number > last_sector) return false;
    const std::uint64_t at = (std::uint64_t{number} + 1) << shift_;
    JW_ASSIGN(const std::size_t got, file_.read(at, std::as_writable_bytes(std::span(sector_))));
    return got == sector_.size();
  }

  // The sector behind this one in its chain; beyond last_sector at its end.
  Result<std::uint32_t> next_of(std::uint32_t number) {
    const std::uint32_t numbers = static_cast<std::uint32_t>(sector_.size() / 4);
    JW_ASSIGN(const std::uint32_t table, table_sector(number / numbers));
    JW_ASSIGN(const bool whole, read_sector(table));
    return whole ? number_at(sector_, number % numbers * 4, 4) : ~std::uint32_t{0};
  }

  // Where the part of the table of chains stands that has this index. The first are named in the header, the
  // others in sectors of their own, each of which names the next at its end.
  Result<std::uint32_t> table_sector(std::uint32_t index) {
    if (index < tables_in_header) return number_at(header_, tables_at + index * 4, 4);
    index -= tables_in_header;
    const std::uint32_t numbers = static_cast<std::uint32_t>(sector_.size() / 4 - 1);
    std::uint32_t at = number_at(header_, table_chain_at, 4);
    for (;; index -= numbers) {
      JW_ASSIGN(const bool whole, read_sector(at));
      if (!whole) return ~std::uint32_t{0};
      if (index < numbers) return number_at(sector_, index * std::size_t{4}, 4);
      at = number_at(sector_, numbers * std::size_t{4}, 4);
    }
  }

  void add_name(std::size_t entry, std::vector<std::string>& names) const {
    const std::size_t length = number_at(sector_, entry + name_length_at, 2);  // in bytes, with its end
    const bool unused = sector_[entry + kind_at] == 0;
    if (length < 2 || length > name_bytes) {
      // An unused entry counts too: a circle of them must come to its end.
      names.emplace_back();
      return;
    }
    std::string name;
    for (std::size_t at = 0; at + 2 < length && !unused; at += 2) {
      const std::uint32_t unit = number_at(sector_, entry + at, 2);
      name += unit < 0x80 ? static_cast<char>(unit) : '?';
    }
    names.push_back(std::move(name));
  }

  File& file_;
  std::string header_;
  std::uint32_t shift_;
  std::string sector_;
};

}  // namespace

Result<std::vector<std::string>> compound_names(File& file) {
  std::string header(header_bytes, '\0');
  JW_ASSIGN(const std::size_t got, file.read(0, std::as_writable_bytes(std::span(header))));
  if (got < header_bytes) return std::vector<std::string>();
  CompoundFile compound(file, std::move(header));
  if (!compound.sound()) return std::vector<std::string>();
  JW_ASSIGN(auto names, compound.names());
  std::erase(names, std::string());
  return names;
}

}  // namespace jingwei::ingest
