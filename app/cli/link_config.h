// link.yaml: which columns are compared, and as what. docs/formats/linkage.md describes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engines/linkage/field.h"

namespace jingwei::app::cli {

// One column of link.yaml; `right` is its name in the second file, mostly the same.
struct LinkColumn {
  linkage::FieldType type = linkage::FieldType::text;
  std::string left, right;
  int line = 1;  // of link.yaml
};

struct LinkConfig {
  std::string file;          // as errors name it
  std::string id, right_id;  // columns with the records' ids; empty: the line in the file is the id
  int id_line = 1;
  std::vector<LinkColumn> columns;
  std::uint64_t seed = 1;
  std::optional<double> threshold;  // absent: chosen from the data
};

// Reads link.yaml's text. Errors: those of schema::parse_yaml and its mappings; invalid (cli.link.bad_type,
// cli.link.no_fields, cli.link.many_fields, cli.link.bad_threshold, cli.link.id_twice), all with file and
// line.
Result<LinkConfig> parse_link_config(std::string_view text, const std::string& file);

}  // namespace jingwei::app::cli
