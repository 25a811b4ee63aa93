// Reading and writing regions.jwrt, the compiled tree of the whole country (docs/formats/region-tree.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "modules/region/region_columns.h"

namespace jingwei::region {

// The file's bytes in memory and the views into them. Immutable; the views live as long as this.
class TreeFile {
 public:
  // Reads the whole file and checks it. Errors: not_found, unavailable; corrupt "region.file_corrupt"
  // (checksum, sizes, cut short) and unsupported "region.file_version".
  static Result<std::shared_ptr<const TreeFile>> open(FileSystem& files, const std::string& path);
  // The same on bytes already in memory; `name` stands in errors.
  static Result<std::shared_ptr<const TreeFile>> parse(std::vector<std::uint64_t> words, std::size_t size,
                                                       const std::string& name);

  const NodeColumns& nodes() const { return nodes_; }
  const NameColumns& names() const { return names_; }
  const std::vector<Retired>& retired() const { return retired_; }
  // Day from which this edition of the divisions holds.
  Day edition() const { return edition_; }
  // The next free surrogate id.
  std::int64_t next_id() const { return next_id_; }
  std::size_t bytes() const { return size_; }

 private:
  TreeFile() = default;
  Result<void> read_sections(const std::string& name);

  std::vector<std::uint64_t> words_;  // words, so that every column is aligned
  std::size_t size_ = 0;
  NodeColumns nodes_;
  NameColumns names_;
  std::vector<Retired> retired_;
  Day edition_{};
  std::int64_t next_id_ = 1;
};

// What a file is made of.
struct TreeContent {
  OwnedNodes nodes;
  OwnedNames names;
  std::vector<Retired> retired;
  Day edition{};
  std::int64_t next_id = 1;
};

// The bytes of a file.
std::string write_tree(const TreeContent& content);

}  // namespace jingwei::region
