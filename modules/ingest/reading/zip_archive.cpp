#include "modules/ingest/reading/zip_archive.h"

#include <zip.h>

#include "base/text.h"
#include "modules/ingest/reading/unpack_limit.h"

namespace jingwei::ingest {

namespace {

// libzip's view of a File. Lives as long as the archive.
struct FileView {
  std::unique_ptr<File> file;
  std::uint64_t size = 0;
  std::uint64_t at = 0;
  std::optional<Error> failure;  // the disk's, told instead of libzip's
  zip_error_t fault{};
};

zip_int64_t seek(FileView& view, void* data, zip_uint64_t length) {
  const auto* wanted = ZIP_SOURCE_GET_ARGS(zip_source_args_seek_t, data, length, &view.fault);
  if (wanted == nullptr) return -1;
  const std::int64_t from = wanted->whence == SEEK_SET   ? 0
                            : wanted->whence == SEEK_CUR ? static_cast<std::int64_t>(view.at)
                                                         : static_cast<std::int64_t>(view.size);
  const std::int64_t to = from + wanted->offset;
  if (to < 0 || static_cast<std::uint64_t>(to) > view.size) {
    zip_error_set(&view.fault, ZIP_ER_SEEK, 0);
    return -1;
  }
  view.at = static_cast<std::uint64_t>(to);
  return 0;
}

extern "C" zip_int64_t serve_file(void* state, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  FileView& view = *static_cast<FileView*>(state);
  switch (command) {
    case ZIP_SOURCE_OPEN:
      view.at = 0;
      return 0;
    case ZIP_SOURCE_READ: {
      auto got = view.file->read(view.at, {static_cast<std::byte*>(data), static_cast<std::size_t>(length)});
      if (!got) {
        view.failure = std::move(got).error();
        zip_error_set(&view.fault, ZIP_ER_READ, 0);
        return -1;
      }
      view.at += *got;
      return static_cast<zip_int64_t>(*got);
    }
    case ZIP_SOURCE_STAT: {
      auto* stat = static_cast<zip_stat_t*>(data);
      zip_stat_init(stat);
      stat->size = view.size;
      stat->valid = ZIP_STAT_SIZE;
      return sizeof(*stat);
    }
    case ZIP_SOURCE_ERROR:
      return zip_error_to_data(&view.fault, data, length);
    case ZIP_SOURCE_SEEK:
      return seek(view, data, length);
    case ZIP_SOURCE_TELL:
      return static_cast<zip_int64_t>(view.at);
    case ZIP_SOURCE_SUPPORTS:
      return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    default:
      zip_error_set(&view.fault, ZIP_ER_OPNOTSUPP, 0);
      return -1;
  }
}

// Names of old archives stand in the sender's code page, here GB18030.
std::string readable_name(std::string_view raw) {
  if (text::is_utf8(raw)) return std::string(raw);
  auto source = decode(source_of(raw), Encoding::gb18030, {});
  std::string name(raw.size() * 4, '\0');
  const auto got = source->read(std::as_writable_bytes(std::span(name)));
  name.resize(got.ok() ? *got : 0);
  return text::is_utf8(name) ? name : "?";
}

}  // namespace

struct ZipArchive::Handle {
  FileView view;
  zip_t* zip = nullptr;
  ~Handle() {
    if (zip != nullptr) zip_discard(zip);
    zip_error_fini(&view.fault);
  }
};

class ZipArchive::EntrySource final : public ByteSource {
 public:
  EntrySource(std::shared_ptr<ZipArchive> archive, zip_file_t* file, std::uint64_t packed_bytes)
      : archive_(std::move(archive)), file_(file), packed_bytes_(packed_bytes) {}
  ~EntrySource() override { zip_fclose(file_); }
  EntrySource(const EntrySource&) = delete;
  EntrySource& operator=(const EntrySource&) = delete;

  Result<std::size_t> read(std::span<std::byte> into) override {
    if (failure_) return *failure_;
    if (into.empty()) return std::size_t{0};
    const zip_int64_t got = zip_fread(file_, into.data(), into.size());
    if (got < 0) {
      failure_ = archive_->error_of(zip_error_code_zip(zip_file_get_error(file_)));
      return *failure_;
    }
    unpacked_ += static_cast<std::uint64_t>(got);
    if (bursts(packed_bytes_, unpacked_)) {
      failure_ = burst_error();
      return *failure_;
    }
    return static_cast<std::size_t>(got);
  }

 private:
  std::shared_ptr<ZipArchive> archive_;
  zip_file_t* file_;
  std::uint64_t packed_bytes_;
  std::uint64_t unpacked_ = 0;
  std::optional<Error> failure_;
};

ZipArchive::ZipArchive(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}

ZipArchive::~ZipArchive() = default;

Error ZipArchive::error_of(int zip_error) const {
  if (handle_->view.failure) return *handle_->view.failure;
  switch (zip_error) {
    case ZIP_ER_ENCRNOTSUPP:
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_WRONGPASSWD:
      return Error(ErrorCode::invalid, "ingest.zip_encrypted");
    case ZIP_ER_COMPNOTSUPP:
      return Error(ErrorCode::unsupported, "ingest.zip_method");
    case ZIP_ER_MULTIDISK:
      return Error(ErrorCode::unsupported, "ingest.is_packed");
    case ZIP_ER_MEMORY:
      return Error(ErrorCode::exhausted, "ingest.zip_damaged").because("out of memory");
    default:
      return Error(ErrorCode::invalid, "ingest.zip_damaged").because("libzip " + std::to_string(zip_error));
  }
}

Result<std::shared_ptr<ZipArchive>> ZipArchive::open(std::unique_ptr<File> file) {
  auto handle = std::make_unique<Handle>();
  zip_error_init(&handle->view.fault);
  JW_ASSIGN(handle->view.size, file->size());
  handle->view.file = std::move(file);
  auto archive = std::shared_ptr<ZipArchive>(new ZipArchive(std::move(handle)));
  FileView& view = archive->handle_->view;

  zip_error_t fault;
  zip_error_init(&fault);
  zip_source_t* const source = zip_source_function_create(serve_file, &view, &fault);
  if (source != nullptr) archive->handle_->zip = zip_open_from_source(source, ZIP_RDONLY, &fault);
  const int code = zip_error_code_zip(&fault);
  zip_error_fini(&fault);
  zip_t* const zip = archive->handle_->zip;
  if (zip == nullptr) {
    if (source != nullptr) zip_source_free(source);
    return archive->error_of(code);
  }
  const zip_int64_t count = zip_get_num_entries(zip, 0);
  if (count < 0 || static_cast<std::size_t>(count) > limits::archive_entries)
    return Error(ErrorCode::too_large, "ingest.zip_entries")
        .with("most", std::to_string(limits::archive_entries));
  std::uint64_t bytes = 0;
  for (zip_int64_t at = 0; at < count; ++at) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    const auto index = static_cast<zip_uint64_t>(at);
    if (zip_stat_index(zip, index, 0, &stat) != 0) return archive->error_of(ZIP_ER_INCONS);
    const char* const raw = zip_get_name(zip, index, ZIP_FL_ENC_RAW);
    Entry entry;
    entry.name = readable_name(raw == nullptr ? "" : raw);
    entry.bytes = stat.size;
    entry.packed_bytes = std::min<std::uint64_t>(stat.comp_size, view.size);
    entry.folder = entry.name.ends_with('/');
    entry.encrypted = stat.encryption_method != ZIP_EM_NONE;
    // Sums of made-up sizes may pass 2⁶⁴.
    bytes = std::min<std::uint64_t>(limits::unpacked_bytes + 1,
                                    bytes + std::min(entry.bytes, limits::unpacked_bytes + 1));
    archive->entries_.push_back(std::move(entry));
  }
  if (bursts(view.size, bytes)) return burst_error();
  return archive;
}

std::optional<std::size_t> ZipArchive::find(std::string_view name) const {
  if (name.starts_with('/')) name.remove_prefix(1);
  const std::string wanted = text::lower_ascii(name);
  for (std::size_t at = 0; at < entries_.size(); ++at) {
    if (entries_[at].name.size() == wanted.size() && text::lower_ascii(entries_[at].name) == wanted)
      return at;
  }
  return std::nullopt;
}

Result<std::unique_ptr<ByteSource>> ZipArchive::open_entry(std::size_t index) {
  const Entry& entry = entries_.at(index);
  if (entry.encrypted) return Error(ErrorCode::invalid, "ingest.zip_encrypted");
  zip_file_t* const file = zip_fopen_index(handle_->zip, index, 0);
  if (file == nullptr) return error_of(zip_error_code_zip(zip_get_error(handle_->zip)));
  return std::unique_ptr<ByteSource>(
      std::make_unique<EntrySource>(shared_from_this(), file, entry.packed_bytes));
}

Result<std::string> ZipArchive::read_entry(std::size_t index, std::size_t limit) {
  JW_ASSIGN(auto source, open_entry(index));
  std::string bytes;
  constexpr std::size_t step = 64 * 1024;
  for (;;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + step);
    JW_ASSIGN(const std::size_t got, source->read(std::as_writable_bytes(std::span(bytes).subspan(size))));
    bytes.resize(size + got);
    if (got == 0) return bytes;
    if (bytes.size() > limit) return Error(ErrorCode::too_large, "ingest.workbook_part_too_large");
  }
}

}  // namespace jingwei::ingest
