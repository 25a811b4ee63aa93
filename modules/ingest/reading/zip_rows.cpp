#include "modules/ingest/reading/zip_rows.h"

#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/reading/file_kind.h"
#include "modules/ingest/reading/peeked_source.h"
#include "modules/ingest/reading/xlsx_reader.h"
#include "modules/ingest/reading/xlsx_workbook.h"

namespace jingwei::ingest {

namespace {

// An unpacked workbook.
class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t size = std::min<std::size_t>(into.size(), bytes_.size() - offset);
    std::memcpy(into.data(), bytes_.data() + offset, size);
    return size;
  }
  Result<void> write(std::uint64_t, std::span<const std::byte>) override { return read_only(); }
  Result<void> truncate(std::uint64_t) override { return read_only(); }
  Result<void> sync() override { return read_only(); }
  Result<std::uint64_t> size() override { return bytes_.size(); }

 private:
  static Error read_only() { return Error(ErrorCode::internal, "ingest.read_only"); }

  std::string bytes_;
};

// What systems and programs leave in archives.
bool is_litter(std::string_view name) {
  const std::string_view file = name.substr(name.rfind('/') + 1);
  return name.starts_with("__MACOSX/") || file.starts_with('.') || file.starts_with("~$") ||
         text::lower_ascii(file) == "thumbs.db" || text::lower_ascii(file) == "desktop.ini";
}

struct Part {
  std::size_t entry = 0;
  bool workbook = false;
};

Error in_file(Error error, const std::string& name) {
  error.arguments.emplace_back("file", name);
  return error;
}

Result<std::unique_ptr<RowReader>> open_part(ZipArchive& archive, const Part& part,
                                             const ReadOptions& options) {
  if (!part.workbook) {
    JW_ASSIGN(auto source, archive.open_entry(part.entry));
    return open_rows(std::move(source), options);
  }
  JW_ASSIGN(std::string bytes, archive.read_entry(part.entry, limits::archived_workbook_bytes));
  JW_ASSIGN(auto inner, ZipArchive::open(std::make_unique<MemoryFile>(std::move(bytes))));
  JW_ASSIGN(const bool workbook, is_workbook(*inner));
  if (!workbook) return Error(ErrorCode::unsupported, "ingest.nested_container");
  return read_workbook(std::move(inner), options);
}

// Position in the archive: the part above the place in it.
constexpr int part_shift = 40;
static_assert(limits::unpacked_bytes < (1ULL << part_shift) && limits::archive_data_files < (1ULL << 22));

class PartsReader final : public RowReader {
 public:
  PartsReader(std::shared_ptr<ZipArchive> archive, std::vector<Part> parts, std::vector<Note> notes,
              ReadOptions options)
      : archive_(std::move(archive)),
        parts_(std::move(parts)),
        archive_notes_(std::move(notes)),
        options_(std::move(options)) {}

  Result<void> begin() {
    const RowPosition resume = options_.resume;
    at_ = std::min<std::size_t>(resume.offset >> part_shift, parts_.size() - 1);
    const std::uint64_t inside = resume.offset & ((1ULL << part_shift) - 1);
    JW_TRY(open({inside, resume.line}));
    // Behind their beginning readers go on counting from the line they are told.
    if (resume.offset > 0) lines_before_ = resume.line - inner_->position().line;
    return {};
  }

  std::span<const std::string> columns() const override { return inner_->columns(); }
  std::span<const Note> notes() const override {
    notes_ = archive_notes_;
    for (Note note : inner_->notes()) {
      if (notes_.size() == limits::batch_notes) break;
      if (parts_.size() > 1) note.arguments.emplace_back("file", archive_->entries()[parts_[at_].entry].name);
      notes_.push_back(std::move(note));
    }
    return notes_;
  }
  RowPosition position() const override {
    const RowPosition inside = inner_->position();
    return {at_ << part_shift | inside.offset, lines_before_ + inside.line};
  }

  Result<bool> next(Row& row) override {
    for (;;) {
      JW_ASSIGN(const bool more, inner_->next(row));
      if (more) {
        if (inner_version_ != inner_->columns_version()) {
          inner_version_ = inner_->columns_version();
          ++columns_version_;
        }
        row.line += lines_before_;
        if (!row.sheet.empty() && parts_.size() > 1) {
          sheet_ = archive_->entries()[parts_[at_].entry].name + " · ";
          row.sheet = sheet_ += row.sheet;
        }
        row.offset |= at_ << part_shift;
        return true;
      }
      if (at_ + 1 == parts_.size()) return false;
      const std::uint64_t line = position().line;
      archive_notes_.assign(notes().begin(), notes().end());
      ++at_;
      JW_TRY(open({}));
      lines_before_ = line - 1;
    }
  }

 private:
  Result<void> open(RowPosition resume) {
    options_.resume = resume;
    inner_.reset();  // two workbooks need not stand in memory at once
    JW_ASSIGN(inner_, open_part(*archive_, parts_[at_], options_));
    inner_version_ = inner_->columns_version();
    ++columns_version_;
    describe(inner_->format(), inner_->encoding(), Container::zip);
    return {};
  }

  std::shared_ptr<ZipArchive> archive_;
  std::vector<Part> parts_;
  std::vector<Note> archive_notes_;  // of the archive and the parts before
  mutable std::vector<Note> notes_;  // with those of the present part
  ReadOptions options_;
  std::unique_ptr<RowReader> inner_;
  std::uint32_t inner_version_ = 0;
  std::string sheet_;  // with its file
  std::uint64_t at_ = 0;
  std::uint64_t lines_before_ = 0;
};

// The files that may be data, told by their first bytes; what is none is named in `passed`.
Result<std::vector<Part>> data_files(ZipArchive& archive, std::vector<std::string>& passed) {
  std::vector<Part> parts;
  for (std::size_t at = 0; at < archive.entries().size(); ++at) {
    const ZipArchive::Entry& entry = archive.entries()[at];
    if (entry.folder || is_litter(entry.name)) continue;
    auto opened = archive.open_entry(at);
    if (!opened) return in_file(std::move(opened).error(), entry.name);
    PeekedSource source(std::move(*opened));
    auto begin = source.peek(file_kind_bytes);
    if (!begin) return in_file(std::move(begin).error(), entry.name);
    const FileKind kind = file_kind(*begin);
    if (kind == FileKind::gzip || kind == FileKind::packed)
      return in_file(Error(ErrorCode::unsupported, "ingest.nested_container"), entry.name);
    if (kind != FileKind::text && kind != FileKind::zip) {
      passed.push_back(entry.name);
      continue;
    }
    parts.push_back({at, kind == FileKind::zip});
    if (parts.size() > limits::archive_data_files)
      return Error(ErrorCode::too_large, "ingest.zip_entries")
          .with("most", std::to_string(limits::archive_data_files));
  }
  return parts;
}

std::vector<std::string> sorted_names(std::span<const std::string> columns) {
  std::vector<std::string> names;
  for (const auto& name : columns) {
    if (!name.empty()) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::string names_joined(const std::vector<std::string>& names) {
  constexpr std::size_t most = 2'000;
  std::string text;
  for (const auto& name : names) {
    if (text.size() + name.size() > most) return text + ", …";
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

struct Opened {
  Part part;
  std::string name;
  std::vector<std::string> columns;  // sorted; empty where rows bring them
  bool has_header = false;
  int fit = 0;
};

}  // namespace

Result<std::unique_ptr<RowReader>> read_zip(std::shared_ptr<ZipArchive> archive, const ReadOptions& options) {
  std::vector<std::string> passed;
  JW_ASSIGN(const auto candidates, data_files(*archive, passed));
  ReadOptions fresh = options;
  fresh.resume = {};
  std::vector<Opened> files;
  int best = 0;
  for (const Part& part : candidates) {
    const std::string& name = archive->entries()[part.entry].name;
    auto reader = open_part(*archive, part, fresh);
    // Of an export that has a file for each kind of FHIR resource, those with results are read.
    if (!reader && (reader.error().message == "ingest.empty_file" ||
                    reader.error().message == "ingest.fhir_no_results")) {
      passed.push_back(name);
      continue;
    }
    if (!reader) return in_file(std::move(reader).error(), name);
    const auto columns = (*reader)->columns();
    const int fit = options.fit ? options.fit(columns) : static_cast<int>(columns.size());
    best = std::max(best, fit);
    files.push_back({part, name, sorted_names(columns), (*reader)->has_header(), fit});
  }
  std::vector<Part> parts;
  const Opened* first = nullptr;
  for (const Opened& file : files) {
    if (best > 0 && file.fit <= 0 && file.has_header) {
      passed.push_back(file.name);
      continue;
    }
    if (first == nullptr && file.has_header) first = &file;
    if (file.has_header && file.columns != first->columns)
      return Error(ErrorCode::invalid, "ingest.zip_headers_differ")
          .with("first", first->name)
          .with("other", file.name);
    parts.push_back(file.part);
  }
  if (parts.empty()) return Error(ErrorCode::invalid, "ingest.zip_nothing");
  std::vector<Note> notes;
  if (!passed.empty()) notes.push_back({"ingest.note.files_passed", {{"files", names_joined(passed)}}});
  auto reader =
      std::make_unique<PartsReader>(std::move(archive), std::move(parts), std::move(notes), options);
  JW_TRY(reader->begin());
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace jingwei::ingest
