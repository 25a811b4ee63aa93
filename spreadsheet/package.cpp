#include "spreadsheet/package.h"

#include <zip.h>

#include <memory>

#include "base/limits.h"

namespace jingwei::spreadsheet {

namespace {

constexpr std::string_view compound_file = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
constexpr std::string_view zip_beginning = "PK\x03\x04";
constexpr std::int64_t most_parts = 4'096;
constexpr std::uint64_t largest_ratio = 200;  // of a part's size to its packed size; workbooks reach about 30
constexpr std::uint64_t ratio_matters_bytes = 4 << 20;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

Archive open_archive(const std::string& bytes) {
  zip_error_t fault{};
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &fault);
  if (source == nullptr) return nullptr;
  Archive archive(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &fault));
  if (!archive) zip_source_free(source);
  return archive;
}

Error too_large() {
  return Error(ErrorCode::too_large, "spreadsheet.unpacked_too_large")
      .with("limit", std::to_string(limits::form_unpacked_bytes >> 20));
}

// UTF-16 name of the stream in which Office keeps what a password locks.
bool holds_encrypted_package(std::string_view bytes) {
  std::string name;
  for (const char c : std::string_view("EncryptedPackage")) name += {c, '\0'};
  return bytes.find(name) != std::string_view::npos;
}

}  // namespace

Error damaged(const std::string& part) {
  return Error(ErrorCode::corrupt, "spreadsheet.damaged").because(part);
}

Result<Package> Package::open(std::string bytes) {
  const auto not_a_workbook = [] { return Error(ErrorCode::unsupported, "spreadsheet.not_a_workbook"); };
  if (bytes.starts_with(compound_file)) {
    return Error(ErrorCode::unsupported,
                 holds_encrypted_package(bytes) ? "spreadsheet.encrypted" : "spreadsheet.old_format");
  }
  if (!bytes.starts_with(zip_beginning)) return not_a_workbook();
  Package package;
  package.bytes_ = std::move(bytes);
  const Archive archive = open_archive(package.bytes_);
  if (!archive) return damaged("zip");
  const std::int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count > most_parts) return too_large();
  std::uint64_t total = 0;
  for (std::int64_t at = 0; at < count; ++at) {
    zip_stat_t stat{};
    if (zip_stat_index(archive.get(), static_cast<zip_uint64_t>(at), 0, &stat) != 0) return damaged("zip");
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
      return Error(ErrorCode::unsupported, "spreadsheet.encrypted");
    total += stat.size;
    const bool bomb = stat.size > ratio_matters_bytes && stat.size / largest_ratio > stat.comp_size;
    if (total > limits::form_unpacked_bytes || bomb) return too_large();
    package.parts_[stat.name] = static_cast<std::uint64_t>(at);
  }
  if (!package.has("[Content_Types].xml") || !package.has("_rels/.rels")) return not_a_workbook();
  for (const auto& [name, unused] : package.parts_) {
    if (name.ends_with("vbaProject.bin")) return Error(ErrorCode::unsupported, "spreadsheet.macros");
  }
  return package;
}

bool Package::has(const std::string& part) const {
  return replaced_.contains(part) || parts_.contains(part);
}

Result<std::string> Package::read(const std::string& part) {
  if (const auto found = replaced_.find(part); found != replaced_.end()) return found->second;
  const auto place = parts_.find(part);
  if (place == parts_.end()) return damaged(part);
  const Archive archive = open_archive(bytes_);
  if (!archive) return damaged(part);
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive.get(), place->second, 0));
  if (!file) return damaged(part);
  // What the directory says of the size may lie: read until the end, within the limit.
  std::string text;
  for (;;) {
    constexpr std::size_t piece = 64 * 1024;
    const std::size_t had = text.size();
    text.resize(had + piece);
    const zip_int64_t got = zip_fread(file.get(), text.data() + had, piece);
    if (got < 0) return damaged(part);
    text.resize(had + static_cast<std::size_t>(got));
    unpacked_ += static_cast<std::size_t>(got);
    if (unpacked_ > limits::form_unpacked_bytes) return too_large();
    if (got == 0) return text;
  }
}

void Package::put(const std::string& part, std::string bytes) {
  replaced_[part] = std::move(bytes);
}

Result<std::string> Package::save() const {
  const auto failed = [] { return Error(ErrorCode::internal, "spreadsheet.not_written").because("zip"); };
  zip_error_t fault{};
  zip_source_t* source = zip_source_buffer_create(bytes_.data(), bytes_.size(), 0, &fault);
  if (source == nullptr) return failed();
  zip_source_keep(source);  // read back after the archive is closed
  const std::unique_ptr<zip_source_t, decltype(&zip_source_free)> kept(source, &zip_source_free);
  zip_t* archive = zip_open_from_source(source, 0, &fault);
  if (archive == nullptr) return failed();
  Archive guard(archive);
  for (const auto& [name, text] : replaced_) {
    zip_source_t* part = zip_source_buffer(archive, text.data(), text.size(), 0);
    if (part == nullptr) return failed();
    if (zip_file_add(archive, name.c_str(), part, ZIP_FL_OVERWRITE | ZIP_FL_ENC_UTF_8) < 0) {
      zip_source_free(part);
      return failed();
    }
  }
  if (zip_close(archive) != 0) return failed();
  static_cast<void>(guard.release());
  zip_stat_t stat{};
  if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0) return failed();
  std::string out(stat.size, '\0');
  const zip_int64_t got = zip_source_read(source, out.data(), out.size());
  zip_source_close(source);
  if (got != static_cast<zip_int64_t>(out.size())) return failed();
  return out;
}

}  // namespace jingwei::spreadsheet
