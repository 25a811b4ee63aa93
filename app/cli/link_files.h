// The files of `jingwei link`: tables in, pairs and clusters out.
#pragma once

#include <memory>
#include <string>

#include "app/cli/link_config.h"
#include "base/file_system.h"
#include "engines/linkage/linkage.h"

namespace jingwei::app::cli {

struct LinkInput {
  std::unique_ptr<linkage::Records> records;  // not prepared
  std::uint64_t left = 0, right = 0;
  std::uint64_t unreadable = 0;  // rows passed over: cut off, with too many fields …
  std::uint64_t first_unreadable_line = 0;
};

// Reads one or two files of any kind that ingest takes (CSV in any encoding, JSON Lines, Excel, packed or
// not). `right` may be empty. Errors: those of reading; invalid (cli.link.no_column) with the line of
// link.yaml, the file and the columns it has.
Result<LinkInput> read_link_input(FileSystem& files, const LinkConfig& config, const std::string& left,
                                  const std::string& right);

// id_left,id_right,probability,weight and each field's contribution, a line for each pair. Errors: the file
// system's.
Result<void> write_pairs(FileSystem& files, const std::string& path, const linkage::Records& records,
                         const linkage::Linkage& linkage, unsigned threads);
// cluster,side,id, a line for each record; a cluster is named by the id of its first record.
Result<void> write_clusters(FileSystem& files, const std::string& path, const linkage::Records& records,
                            const linkage::Linkage& linkage);

}  // namespace jingwei::app::cli
