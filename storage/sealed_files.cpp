#include "storage/sealed_files.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>

#include "base/bytes.h"
#include "base/random.h"

namespace jingwei::storage {

namespace {

constexpr std::string_view magic_shared = "JWSF0001";  // sealed under the keys that files share
constexpr std::string_view magic_tabled =
    "JWSF0002";  // a table's name follows, under whose keys it is sealed
constexpr std::string_view shared_table = "sealed_file";
constexpr std::size_t name_bytes = 16;  // random: what one file holds does not open in another
constexpr std::size_t plain_head = magic_shared.size() + name_bytes;
constexpr std::size_t table_bytes_most = 255;
constexpr std::size_t frame_head = 4 + 4;  // bytes held, bytes sealed
constexpr std::size_t frame_most = 64 * 1024;
constexpr std::size_t sealed_most = frame_most + 1'024;
// How much of a tail is opened to see whether a crash tore it.
constexpr std::uint64_t tail_checked = 64 << 20;

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// As many bytes as there are, up to `most`.
Result<std::string> read_some(File& file, std::uint64_t at, std::size_t most) {
  std::string bytes(most, '\0');
  std::size_t got = 0;
  while (got < most) {
    JW_ASSIGN(const std::size_t more,
              file.read(at + got, std::as_writable_bytes(std::span(bytes).subspan(got))));
    if (more == 0) break;
    got += more;
  }
  bytes.resize(got);
  return bytes;
}

Error damaged() {
  return Error(ErrorCode::corrupt, "storage.damaged").because("a sealed file");
}

struct Frame {
  std::uint64_t begin = 0;  // of what it holds
  std::uint64_t at = 0;     // of its head on disk
  std::size_t held = 0;
  std::size_t sealed = 0;
  std::uint64_t end() const { return begin + held; }
  std::uint64_t disk_end() const { return at + frame_head + sealed; }
};

class SealedFile final : public File {
 public:
  SealedFile(std::unique_ptr<File> beneath, const Sealer& sealer)
      : beneath_(std::move(beneath)), sealer_(sealer) {}

  // Begins an empty file (`table` is asked under which keys), or reads where the frames of one stand. False
  // for a file that is not sealed.
  Result<bool> open(bool writes, const std::function<std::string()>& table) {
    JW_ASSIGN(const std::uint64_t size, beneath_->size());
    JW_ASSIGN(const std::string head, read_some(*beneath_, 0, plain_head + 1 + table_bytes_most));
    if (is_torn(head)) {
      // New, or a crash tore its very begin: it holds nothing.
      if (writes) JW_TRY(begin(table()));
      return true;
    }
    if (!head.starts_with(magic_shared) && !head.starts_with(magic_tabled)) return false;
    name_ = hex_of(std::string_view(head).substr(magic_shared.size(), name_bytes));
    if (head.starts_with(magic_tabled)) {
      table_ = head.substr(plain_head + 1, static_cast<unsigned char>(head[plain_head]));
      head_bytes_ = plain_head + 1 + table_.size();
    }
    JW_TRY(find_frames(size));
    if (writes) JW_TRY(drop_torn());
    return true;
  }

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    const std::lock_guard lock(mutex_);
    std::size_t done = 0;
    while (done < into.size()) {
      const std::uint64_t at = offset + done;
      const auto frame = std::partition_point(frames_.begin(), frames_.end(),
                                              [&](const Frame& one) { return one.end() <= at; });
      if (frame == frames_.end()) break;
      JW_ASSIGN(const std::string* held, opened(*frame));
      const auto skip = static_cast<std::size_t>(at - frame->begin);
      const std::size_t count = std::min(held->size() - skip, into.size() - done);
      std::memcpy(into.data() + done, held->data() + skip, count);
      done += count;
    }
    return done;
  }

  Result<void> write(std::uint64_t offset, std::span<const std::byte> from) override {
    const std::lock_guard lock(mutex_);
    JW_TRY(cut(offset));
    std::string_view rest(reinterpret_cast<const char*>(from.data()), from.size());
    std::string out;
    std::vector<Frame> added;
    std::uint64_t at = disk_end();
    const std::uint64_t from_disk = at;
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, frame_most);
      Frame frame{end() + offset_in(added), at, part.size(), 0};
      const std::string sealed = sealer_.seal(cell(frame.begin), part);
      frame.sealed = sealed.size();
      append_fixed32(out, static_cast<std::uint32_t>(frame.held));
      append_fixed32(out, static_cast<std::uint32_t>(frame.sealed));
      out += sealed;
      at = frame.disk_end();
      added.push_back(frame);
      rest.remove_prefix(part.size());
    }
    // What a failed write left must not be taken for frames later.
    if (torn_) JW_TRY(beneath_->truncate(from_disk));
    torn_ = true;
    JW_TRY(beneath_->write(from_disk, std::as_bytes(std::span(out))));
    torn_ = false;
    frames_.insert(frames_.end(), added.begin(), added.end());
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    const std::lock_guard lock(mutex_);
    if (size > end())
      return Error(ErrorCode::unsupported, "file.fault").because("a sealed file does not grow by itself");
    return cut(size);
  }

  Result<void> sync() override { return beneath_->sync(); }

  Result<std::uint64_t> size() override {
    const std::lock_guard lock(mutex_);
    return end();
  }

 private:
  static std::uint64_t offset_in(const std::vector<Frame>& added) {
    return added.empty() ? 0 : added.back().end() - added.front().begin;
  }
  std::uint64_t end() const { return frames_.empty() ? 0 : frames_.back().end(); }
  std::uint64_t disk_end() const { return frames_.empty() ? head_bytes_ : frames_.back().disk_end(); }
  Cell cell(std::uint64_t begin) const { return {table_, static_cast<std::int64_t>(begin), name_}; }

  // Whether this is no more than the beginning of a head.
  static bool is_torn(std::string_view head) {
    const auto begins = [&](std::string_view one) {
      return one.substr(0, head.size()) == head.substr(0, one.size());
    };
    if (head.size() < plain_head) return begins(magic_shared) || begins(magic_tabled);
    if (!head.starts_with(magic_tabled)) return false;
    return head.size() == plain_head ||
           head.size() < plain_head + 1 + static_cast<unsigned char>(head[plain_head]);
  }

  Result<void> begin(const std::string& table) {
    JW_ASSERT(table.size() <= table_bytes_most);
    table_ = table.empty() ? std::string(shared_table) : table;
    JW_TRY(sealer_.prepare(table_));
    std::array<std::byte, name_bytes> name{};
    SecureRandom random;
    random.fill(name);
    const std::string_view bytes(reinterpret_cast<const char*>(name.data()), name.size());
    name_ = hex_of(bytes);
    std::string head(table.empty() ? magic_shared : magic_tabled);
    head += bytes;
    if (!table.empty()) {
      head += static_cast<char>(table.size());
      head += table;
    }
    head_bytes_ = head.size();
    JW_TRY(beneath_->truncate(0));
    return beneath_->write(0, std::as_bytes(std::span(head)));
  }

  // Where the frames stand; a last one that is not whole does not count.
  Result<void> find_frames(std::uint64_t size) {
    std::uint64_t at = head_bytes_;
    while (size - at >= frame_head) {
      JW_ASSIGN(const std::string head, read_some(*beneath_, at, frame_head));
      if (head.size() < frame_head) break;
      const Frame frame{end(), at, fixed32_at(head, 0), fixed32_at(head, 4)};
      const bool sound = frame.held > 0 && frame.held <= frame_most && frame.sealed <= sealed_most;
      if (!sound || frame.disk_end() > size) break;
      frames_.push_back(frame);
      at = frame.disk_end();
    }
    return {};
  }

  // A crash may leave a tail of the right length whose bytes never arrived; nothing behind a torn frame was
  // synced.
  Result<void> drop_torn() {
    std::size_t first = frames_.size();
    while (first > 0 && end() - frames_[first - 1].begin <= tail_checked) --first;
    for (std::size_t at = first; at < frames_.size(); ++at) {
      const auto held = opened(frames_[at]);
      if (held) continue;
      if (held.error().code != ErrorCode::corrupt) return held.error();
      frames_.resize(at);
      break;
    }
    return beneath_->truncate(disk_end());
  }

  // What a frame holds; the last one opened stays at hand, for readers go forward in small steps.
  Result<const std::string*> opened(const Frame& frame) {
    if (at_hand_ == frame.begin + 1) return &held_;
    at_hand_ = 0;
    JW_ASSIGN(const std::string sealed, read_some(*beneath_, frame.at + frame_head, frame.sealed));
    JW_ASSIGN(held_, sealer_.open(cell(frame.begin), sealed));
    if (held_.size() != frame.held) return damaged();
    at_hand_ = frame.begin + 1;
    return &held_;
  }

  // Drops what stands at and behind `offset`, which must be the end or a frame's begin.
  Result<void> cut(std::uint64_t offset) {
    if (offset == end()) return {};
    const auto frame =
        std::find_if(frames_.begin(), frames_.end(), [&](const Frame& one) { return one.begin == offset; });
    if (frame == frames_.end())
      return Error(ErrorCode::unsupported, "file.fault").because("inside an earlier write of a sealed file");
    at_hand_ = 0;
    frames_.erase(frame, frames_.end());
    return beneath_->truncate(disk_end());
  }

  std::unique_ptr<File> beneath_;
  const Sealer& sealer_;
  std::mutex mutex_;
  std::string name_;
  std::string table_{shared_table};
  std::uint64_t head_bytes_ = plain_head;
  std::vector<Frame> frames_;
  bool torn_ = false;
  std::string held_;
  std::uint64_t at_hand_ = 0;  // begin of the frame that `held_` is of, plus one; 0: none
};

class SealingFiles final : public FileSystem {
 public:
  SealingFiles(FileSystem& beneath, const Sealer& sealer, std::vector<std::string> folders,
               TableOfFile table_of)
      : beneath_(beneath), sealer_(sealer), table_of_(std::move(table_of)) {
    for (auto& folder : folders)
      folders_.push_back(std::filesystem::path(folder).lexically_normal().string() + "/");
  }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    JW_ASSIGN(auto file, beneath_.open(path, mode));
    const std::string normal = std::filesystem::path(path).lexically_normal().string();
    const bool inside = std::any_of(folders_.begin(), folders_.end(),
                                    [&](const std::string& folder) { return normal.starts_with(folder); });
    if (!inside) return file;
    auto sealed = std::make_unique<SealedFile>(std::move(file), sealer_);
    JW_ASSIGN(const bool is_sealed, sealed->open(mode != OpenMode::read, [&] {
      std::string table = table_of_ ? table_of_(normal) : std::string();
      return table.size() <= table_bytes_most ? table : std::string();
    }));
    if (is_sealed) return std::unique_ptr<File>(std::move(sealed));
    return beneath_.open(path, mode);
  }
  Result<bool> exists(const std::string& path) override { return beneath_.exists(path); }
  Result<void> remove(const std::string& path) override { return beneath_.remove(path); }
  Result<void> rename(const std::string& from, const std::string& to) override {
    return beneath_.rename(from, to);
  }
  Result<void> link(const std::string& from, const std::string& to) override {
    return beneath_.link(from, to);
  }
  Result<void> make_folders(const std::string& path) override { return beneath_.make_folders(path); }
  Result<std::vector<std::string>> list(const std::string& folder) override { return beneath_.list(folder); }
  Result<void> sync_folder(const std::string& folder) override { return beneath_.sync_folder(folder); }
  Result<std::uint64_t> free_bytes(const std::string& path) override { return beneath_.free_bytes(path); }

 private:
  FileSystem& beneath_;
  const Sealer& sealer_;
  std::vector<std::string> folders_;
  TableOfFile table_of_;
};

}  // namespace

std::unique_ptr<FileSystem> sealing_files(FileSystem& beneath, const Sealer& sealer,
                                          std::vector<std::string> folders, TableOfFile table_of) {
  return std::make_unique<SealingFiles>(beneath, sealer, std::move(folders), std::move(table_of));
}

}  // namespace jingwei::storage
