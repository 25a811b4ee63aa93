// A scenario package as its files: read from a folder or a zip, bounded in size, and parsed with places.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "schema/yaml.h"

namespace jingwei::scenario {

inline constexpr std::size_t package_files_most = 32;
inline constexpr std::size_t package_bytes_most = 4 << 20;  // of all its files together
inline constexpr std::size_t package_pictures_most = 20;
inline constexpr std::size_t picture_bytes_most = 64 << 10;  // of one of them
inline constexpr std::string_view pictures_folder = "pictures";
inline constexpr std::size_t packages_most = 1'000;  // of one hub

// A package's files by name: its texts, and under "pictures/lamp.png" the pictures that its tests and its
// feed bring; what packages do not know (README.md) is left out.
struct Package {
  std::string id;     // the folder's name
  std::string place;  // before "/file.yaml" in the places of faults
  std::map<std::string, std::string> files;

  // A hash over names and texts: equal for equal packages.
  std::string digest() const;
};

// Reads a folder. Errors: not_found "scenario.no_folder", invalid "scenario.unknown_file" (a *.yaml that
// packages do not have) or "scenario.no_files", too_large.
Result<Package> read_package(FileSystem& files, const std::string& folder, const std::string& place = {});
// Every package of a folder of packages, by id; folders without scenario.yaml or resources.yaml are none.
Result<std::vector<Package>> read_packages(FileSystem& files, const std::string& scenarios_folder,
                                           const std::string& place = "scenarios");

// The same from the bytes of a zip that holds the files at its top or in one folder. Errors: invalid
// "scenario.bad_zip", and those of read_package.
Result<Package> read_zip(std::string_view zip, const std::string& id = {});

// A zip of the package's folder.
Result<std::string> zipped(const Package& package);

// As one text that is kept, and back. Errors: corrupt.
std::string packed(const Package& package);
Result<Package> unpacked(std::string_view text);

// A package whose files were parsed; trees and places stay as long as it lives.
struct ParsedPackage {
  std::string id, place;
  std::map<std::string, schema::YamlNode, std::less<>> roots;

  // The tree of a file, or null when the package lacks it.
  const schema::YamlNode* root(std::string_view file) const;
  // The entries of a file's list, such as ("process.yaml", "processes"); empty when absent.
  const std::vector<schema::YamlNode>& list(std::string_view file, std::string_view key) const;
};

// Parses every file; faults of syntax go to `faults` and leave their file out.
ParsedPackage parse(const Package& package, schema::YamlFaults& faults);

}  // namespace jingwei::scenario
