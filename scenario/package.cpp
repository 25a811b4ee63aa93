#include "scenario/package.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/limits.h"
#include "scenario/package_names.h"
#include "scenario/shape.h"
#include "scenario/shape_check.h"
#include "scenario/yaml_hint.h"
#include "storage/digest.h"

namespace jingwei::scenario {

using schema::YamlFaults;
using schema::YamlNode;

namespace {

const std::vector<std::string>& known_files() {
  return Shapes::built_in().files();
}

constexpr std::size_t picture_name_most = 80;

Error too_large() {
  return Error(ErrorCode::too_large, "scenario.package_too_large")
      .with("most", std::to_string(package_bytes_most));
}

std::optional<std::string> from_hex(std::string_view digits) {
  const auto value = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    const int high = value(digits[at]), low = value(digits[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string last_part(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

bool is_package_file(const std::string& name) {
  const auto& known = known_files();
  return std::find(known.begin(), known.end(), name) != known.end();
}

bool is_picture_file(std::string_view name) {
  const std::string folder = std::string(pictures_folder) + "/";
  if (!name.starts_with(folder) || name.size() > picture_name_most) return false;
  const std::string_view file = name.substr(folder.size());
  const std::size_t dot = file.find('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view ending = file.substr(dot);
  return (ending == ".png" || ending == ".jpg" || ending == ".jpeg") &&
         std::all_of(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(dot), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Result<void> check_file_name(const std::string& place, const std::string& name) {
  if (!name.ends_with(".yaml") && !name.ends_with(".yml")) return {};
  if (is_package_file(name)) return {};
  const auto near = schema::nearest(name, known_files());
  Error error(ErrorCode::invalid, near.empty() ? "scenario.unknown_file" : "scenario.unknown_file_near");
  return std::move(error)
      .with("place", place + "/" + name + ":1:1")
      .with("file", name)
      .with(near.empty() ? "expected" : "near", near.empty() ? quoted_list(known_files()) : std::string(near))
      .at(place + "/" + name + ":1:1");
}

std::string Package::digest() const {
  return storage::sha256_hex(packed(*this));
}

namespace {

Result<void> read_pictures(FileSystem& files, const std::string& folder, std::size_t bytes,
                           Package& package) {
  const std::string pictures = folder + "/" + std::string(pictures_folder);
  JW_ASSIGN(const bool present, files.exists(pictures));
  if (!present) return {};
  JW_ASSIGN(const auto names, files.list(pictures));
  std::size_t count = 0;
  for (const auto& file : names) {
    const std::string name = std::string(pictures_folder) + "/" + file;
    if (!is_picture_file(name)) continue;
    JW_ASSIGN(std::string content, read_text(files, folder + "/" + name, picture_bytes_most));
    bytes += content.size();
    if (++count > package_pictures_most || bytes > package_bytes_most) return too_large();
    package.files.emplace(name, std::move(content));
  }
  return {};
}

}  // namespace

Result<Package> read_package(FileSystem& files, const std::string& folder, const std::string& place) {
  JW_ASSIGN(const bool present, files.exists(folder));
  if (!present) return Error(ErrorCode::not_found, "scenario.no_folder").with("path", folder);
  Package package;
  package.id = last_part(folder);
  package.place = place.empty() ? folder : place;
  while (package.place.size() > 1 && package.place.back() == '/') package.place.pop_back();
  JW_ASSIGN(const auto names, files.list(folder));
  std::size_t bytes = 0;
  for (const auto& name : names) {
    JW_TRY(check_file_name(package.place, name));
    if (!is_package_file(name)) continue;
    JW_ASSIGN(std::string text, read_text(files, folder + "/" + name, limits::yaml_bytes));
    bytes += text.size();
    if (bytes > package_bytes_most) return too_large();
    package.files.emplace(name, std::move(text));
  }
  if (package.files.empty()) {
    return Error(ErrorCode::invalid, "scenario.no_files")
        .with("path", package.place)
        .with("expected", quoted_list(known_files()));
  }
  JW_TRY(read_pictures(files, folder, bytes, package));
  return package;
}

Result<std::vector<Package>> read_packages(FileSystem& files, const std::string& scenarios_folder,
                                           const std::string& place) {
  std::vector<Package> packages;
  JW_ASSIGN(const auto names, files.list(scenarios_folder));
  for (const auto& name : names) {
    const std::string folder = scenarios_folder + "/" + name;
    bool any = false;
    for (const char* file : {"/scenario.yaml", "/resources.yaml"}) {
      JW_ASSIGN(const bool present, files.exists(folder + file));
      any = any || present;
    }
    if (!any) continue;
    if (packages.size() >= packages_most)
      return Error(ErrorCode::too_large, "scenario.too_many_packages")
          .with("most", std::to_string(packages_most));
    JW_ASSIGN(Package package, read_package(files, folder, place + "/" + name));
    packages.push_back(std::move(package));
  }
  return packages;
}

// id, then each file: name, length and text; of pictures two digits a byte.
std::string packed(const Package& package) {
  std::string text = package.id + "\n";
  for (const auto& [name, content] : package.files) {
    const std::string kept = is_picture_file(name) ? storage::hex_of(content) : content;
    text += name + " " + std::to_string(kept.size()) + "\n" + kept + "\n";
  }
  return text;
}

Result<Package> unpacked(std::string_view text) {
  const auto broken = [] { return Error(ErrorCode::corrupt, "scenario.kept_broken"); };
  Package package;
  std::size_t at = text.find('\n');
  if (at == std::string_view::npos) return broken();
  package.id = text.substr(0, at++);
  package.place = "scenarios/" + package.id;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return broken();
    const std::string_view head = text.substr(at, end - at);
    const std::size_t space = head.find(' ');
    if (space == std::string_view::npos) return broken();
    std::size_t size = 0;
    const char* const stop = head.data() + head.size();
    const auto [read, fault] = std::from_chars(head.data() + space + 1, stop, size);
    if (fault != std::errc{} || read != stop || size > text.size() - end - 1) return broken();
    const std::string name(head.substr(0, space));
    const std::string_view kept = text.substr(end + 1, size);
    if (is_picture_file(name)) {
      auto content = from_hex(kept);
      if (!content) return broken();
      package.files.emplace(name, std::move(*content));
    } else {
      package.files.emplace(name, kept);
    }
    at = end + 1 + size + 1;
  }
  return package;
}

const YamlNode* ParsedPackage::root(std::string_view file) const {
  const auto found = roots.find(file);
  return found == roots.end() ? nullptr : &found->second;
}

const std::vector<YamlNode>& ParsedPackage::list(std::string_view file, std::string_view key) const {
  static const std::vector<YamlNode> none;
  const YamlNode* top = root(file);
  const YamlNode* value = top == nullptr ? nullptr : top->find(key);
  return value == nullptr ? none : value->items;
}

ParsedPackage parse(const Package& package, YamlFaults& faults) {
  ParsedPackage parsed;
  parsed.id = package.id;
  parsed.place = package.place;
  for (const auto& [name, text] : package.files) {
    if (is_picture_file(name)) continue;
    auto root = schema::parse_yaml(text, package.place + "/" + name);
    if (root) {
      parsed.roots.emplace(name, std::move(*root));
    } else {
      faults.add(explained(std::move(root).error(), text));
    }
  }
  return parsed;
}

}  // namespace jingwei::scenario
