#include "scenario/package_files.h"

#include <algorithm>
#include <cstring>

namespace jingwei::scenario {

namespace {

Error unsupported(const std::string& path) {
  return Error(ErrorCode::unsupported, "file.fault").with("path", path);
}

class TextFile final : public File {
 public:
  TextFile(std::shared_ptr<const PackageFiles::Packages> held, const std::string& text)
      : held_(std::move(held)), text_(text) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= text_.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(into.size(), text_.size() - offset);
    std::memcpy(into.data(), text_.data() + offset, count);
    return count;
  }
  Result<void> write(std::uint64_t, std::span<const std::byte>) override { return unsupported({}); }
  Result<void> truncate(std::uint64_t) override { return unsupported({}); }
  Result<void> sync() override { return {}; }
  Result<std::uint64_t> size() override { return text_.size(); }

 private:
  std::shared_ptr<const PackageFiles::Packages> held_;  // keeps the text alive
  const std::string& text_;
};

// "scenarios/<package>/<file>" → the file's text, or null.
const std::string* find(const PackageFiles::Packages& packages, const std::string& path) {
  const std::string root = std::string(packages_folder) + "/";
  if (!path.starts_with(root)) return nullptr;
  const std::size_t slash = path.find('/', root.size());
  if (slash == std::string::npos) return nullptr;
  const auto package = packages.find(path.substr(root.size(), slash - root.size()));
  if (package == packages.end()) return nullptr;
  const auto text = package->second.files.find(path.substr(slash + 1));
  return text == package->second.files.end() ? nullptr : &text->second;
}

}  // namespace

void PackageFiles::set(Packages packages) {
  auto fresh = std::make_shared<const Packages>(std::move(packages));
  const std::lock_guard lock(mutex_);
  packages_ = std::move(fresh);
}

std::shared_ptr<const PackageFiles::Packages> PackageFiles::packages() const {
  const std::lock_guard lock(mutex_);
  return packages_;
}

Result<std::unique_ptr<File>> PackageFiles::open(const std::string& path, OpenMode mode) {
  if (mode != OpenMode::read) return unsupported(path);
  auto held = packages();
  const std::string* text = find(*held, path);
  if (text == nullptr) return Error(ErrorCode::not_found, "file.not_found").with("path", path);
  return std::unique_ptr<File>(std::make_unique<TextFile>(std::move(held), *text));
}

Result<bool> PackageFiles::exists(const std::string& path) {
  return find(*packages(), path) != nullptr;
}

Result<std::vector<std::string>> PackageFiles::list(const std::string& folder) {
  if (folder != packages_folder) return Error(ErrorCode::not_found, "file.not_found").with("path", folder);
  // Packages of data before packages of services, so that lists of resources begin with what departments
  // supply.
  std::vector<std::string> data, services;
  const auto held = packages();
  for (const auto& [id, package] : *held)
    (package.files.contains("process.yaml") ? services : data).push_back(id);
  data.insert(data.end(), services.begin(), services.end());
  return data;
}

Result<void> PackageFiles::remove(const std::string& path) {
  return unsupported(path);
}
Result<void> PackageFiles::rename(const std::string& from, const std::string&) {
  return unsupported(from);
}
Result<void> PackageFiles::make_folders(const std::string& path) {
  return unsupported(path);
}
Result<void> PackageFiles::sync_folder(const std::string&) {
  return {};
}
Result<std::uint64_t> PackageFiles::free_bytes(const std::string& path) {
  return unsupported(path);
}

}  // namespace jingwei::scenario
