#include "scenario/package.h"

#include <algorithm>
#include <charconv>

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

std::string last_part(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

bool is_package_file(const std::string& name) {
  const auto& known = known_files();
  return std::find(known.begin(), known.end(), name) != known.end();
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
    if (bytes > package_bytes_most)
      return Error(ErrorCode::too_large, "scenario.package_too_large")
          .with("most", std::to_string(package_bytes_most));
    package.files.emplace(name, std::move(text));
  }
  if (package.files.empty()) {
    return Error(ErrorCode::invalid, "scenario.no_files")
        .with("path", package.place)
        .with("expected", quoted_list(known_files()));
  }
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

// id, then each file: name, length and text.
std::string packed(const Package& package) {
  std::string text = package.id + "\n";
  for (const auto& [name, content] : package.files)
    text += name + " " + std::to_string(content.size()) + "\n" + content + "\n";
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
    package.files.emplace(head.substr(0, space), text.substr(end + 1, size));
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
