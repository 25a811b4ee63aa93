#include "storage/faulty/faulty_file_system.h"

namespace jingwei::storage {

namespace {

constexpr std::uint64_t sector_bytes = 512;

Error fault(const char* what) {
  return Error(ErrorCode::unavailable, "file.fault").because(what);
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyFileSystem& files, std::shared_ptr<FaultyFileSystem::Content> content, std::uint64_t life)
      : files_(files), content_(std::move(content)), life_(life) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    std::lock_guard lock(files_.mutex_);
    if (life_ != files_.life_) return fault("power was cut");
    const std::string& bytes = content_->now;
    if (offset >= bytes.size()) return std::size_t{0};
    const std::size_t length = std::min<std::size_t>(into.size(), bytes.size() - offset);
    std::memcpy(into.data(), bytes.data() + offset, length);
    return length;
  }

  Result<void> write(std::uint64_t offset, std::span<const std::byte> from) override {
    std::lock_guard lock(files_.mutex_);
    JW_TRY(begin());
    std::string& bytes = content_->now;
    const std::uint64_t end = offset + from.size();
    if (end > bytes.size()) {
      if (files_.used() + (end - bytes.size()) > files_.capacity_)
        return Error(ErrorCode::exhausted, "file.disk_full");
      bytes.resize(end, '\0');
    }
    std::memcpy(bytes.data() + offset, from.data(), from.size());
    for (std::uint64_t sector = offset / sector_bytes; sector * sector_bytes < end; ++sector) {
      content_->unsynced_sectors.insert(sector);
    }
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    std::lock_guard lock(files_.mutex_);
    JW_TRY(begin());
    content_->now.resize(size, '\0');
    content_->unsynced_sectors.insert(size / sector_bytes);
    return {};
  }

  Result<void> sync() override {
    std::lock_guard lock(files_.mutex_);
    JW_TRY(begin());
    content_->synced = content_->now;
    content_->unsynced_sectors.clear();
    return {};
  }

  Result<std::uint64_t> size() override {
    std::lock_guard lock(files_.mutex_);
    if (life_ != files_.life_) return fault("power was cut");
    return static_cast<std::uint64_t>(content_->now.size());
  }

 private:
  Result<void> begin() {
    if (life_ != files_.life_) return fault("power was cut");
    return files_.operate();
  }

  FaultyFileSystem& files_;
  std::shared_ptr<FaultyFileSystem::Content> content_;
  std::uint64_t life_;
};

FaultyFileSystem::FaultyFileSystem(std::uint64_t seed) : random_(seed) {}
FaultyFileSystem::~FaultyFileSystem() = default;

// Counts an operation and tells whether it is to fail.
Result<void> FaultyFileSystem::operate() {
  ++operations_;
  if (break_at_ < 0 || operations_ < break_at_) return {};
  if (break_once_) break_at_ = -1;
  return fault("broken on purpose");
}

std::uint64_t FaultyFileSystem::used() const {
  std::uint64_t bytes = 0;
  for (const auto& [path, content] : now_) bytes += content->now.size();
  return bytes;
}

// Each sector written since the last sync may have reached the disk or not; at most one is torn.
void FaultyFileSystem::lose_unsynced(Content& content) {
  std::string kept = content.synced;
  bool torn = false;
  for (const std::uint64_t sector : content.unsynced_sectors) {
    const std::uint64_t begin = sector * sector_bytes;
    if (begin >= content.now.size() || !random_.chance(0.5)) continue;
    std::uint64_t length = std::min<std::uint64_t>(sector_bytes, content.now.size() - begin);
    if (!torn && random_.chance(0.2)) {
      torn = true;
      length = random_.below(length + 1);
    }
    if (kept.size() < begin + length) kept.resize(begin + length, '\0');
    std::memcpy(kept.data() + begin, content.now.data() + begin, length);
  }
  content.now = kept;
  content.synced = kept;
  content.unsynced_sectors.clear();
}

void FaultyFileSystem::power_cut() {
  std::lock_guard lock(mutex_);
  ++life_;
  break_at_ = -1;
  // A name not yet synced into its folder survives by chance; one removed without sync may come back.
  Names names = synced_;
  for (const auto& [path, content] : now_) {
    if (random_.chance(0.5)) names.insert_or_assign(path, content);
  }
  for (const auto& [path, content] : synced_) {
    if (!now_.contains(path) && random_.chance(0.5)) names.erase(path);
  }
  now_ = names;
  synced_ = names;
  std::set<Content*> seen;
  for (const auto& [path, content] : now_) {
    if (seen.insert(content.get()).second) lose_unsynced(*content);
  }
}

void FaultyFileSystem::break_after(std::int64_t operations) {
  std::lock_guard lock(mutex_);
  break_at_ = operations_ + operations;
  break_once_ = false;
}

void FaultyFileSystem::fail_once_after(std::int64_t operations) {
  std::lock_guard lock(mutex_);
  break_at_ = operations_ + operations;
  break_once_ = true;
}

void FaultyFileSystem::mend() {
  std::lock_guard lock(mutex_);
  break_at_ = -1;
}

void FaultyFileSystem::set_capacity(std::uint64_t bytes) {
  std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

std::uint64_t FaultyFileSystem::used_bytes() const {
  std::lock_guard lock(mutex_);
  return used();
}

std::int64_t FaultyFileSystem::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::string& path, OpenMode mode) {
  std::lock_guard lock(mutex_);
  auto found = now_.find(path);
  if (found == now_.end()) {
    if (mode == OpenMode::read) return Error(ErrorCode::not_found, "file.not_found").with("path", path);
    JW_TRY(operate());
    found = now_.emplace(path, std::make_shared<Content>()).first;
  } else if (mode == OpenMode::create) {
    return Error(ErrorCode::conflict, "file.exists").with("path", path);
  }
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, found->second, life_));
}

Result<bool> FaultyFileSystem::exists(const std::string& path) {
  std::lock_guard lock(mutex_);
  return now_.contains(path);
}

Result<void> FaultyFileSystem::remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  JW_TRY(operate());
  if (now_.erase(path) == 0) return Error(ErrorCode::not_found, "file.not_found").with("path", path);
  return {};
}

Result<void> FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  JW_TRY(operate());
  auto node = now_.extract(from);
  if (node.empty()) return rename_folder(from, to);
  now_.insert_or_assign(to, std::move(node.mapped()));
  return {};
}

// A folder is what its files' names begin with.
Result<void> FaultyFileSystem::rename_folder(const std::string& from, const std::string& to) {
  bool any = false;
  for (auto* names : {&now_, &synced_}) {
    Names moved;
    for (auto it = names->lower_bound(from + "/"); it != names->end() && it->first.starts_with(from + "/");) {
      moved.emplace(to + it->first.substr(from.size()), it->second);
      it = names->erase(it);
    }
    any = any || !moved.empty();
    for (auto& [path, content] : moved) names->insert_or_assign(path, std::move(content));
  }
  if (!any) return Error(ErrorCode::not_found, "file.not_found").with("path", from);
  return {};
}

Result<void> FaultyFileSystem::link(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  JW_TRY(operate());
  const auto found = now_.find(from);
  if (found == now_.end()) return Error(ErrorCode::not_found, "file.not_found").with("path", from);
  if (!now_.emplace(to, found->second).second)
    return Error(ErrorCode::conflict, "file.exists").with("path", to);
  return {};
}

Result<void> FaultyFileSystem::make_folders(const std::string&) {
  return {};
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::string& folder) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [path, content] : now_) {
    if (folder_of(path) == folder) names.push_back(path.substr(folder.size() + 1));
  }
  return names;
}

Result<void> FaultyFileSystem::sync_folder(const std::string& folder) {
  std::lock_guard lock(mutex_);
  JW_TRY(operate());
  std::erase_if(synced_, [&](const auto& entry) { return folder_of(entry.first) == folder; });
  for (const auto& entry : now_) {
    if (folder_of(entry.first) == folder) synced_.insert(entry);
  }
  return {};
}

Result<std::uint64_t> FaultyFileSystem::free_bytes(const std::string&) {
  std::lock_guard lock(mutex_);
  return capacity_ - std::min(capacity_, used());
}

}  // namespace jingwei::storage
