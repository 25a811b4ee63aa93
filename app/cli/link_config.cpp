#include "app/cli/link_config.h"

#include <algorithm>

#include "schema/yaml.h"

namespace jingwei::app::cli {

namespace {

std::string all_types() {
  std::string all;
  for (const auto name : linkage::field_type_names()) all += (all.empty() ? "" : ", ") + std::string(name);
  return all;
}

void read_type(const schema::YamlNode& node, const std::string& word, LinkColumn& column,
               schema::YamlFaults& faults) {
  if (const auto type = linkage::field_type_of(word)) {
    column.type = *type;
  } else {
    faults.add(node, "cli.link.bad_type",
               {{"field", column.left}, {"word", word}, {"expected", all_types()}});
  }
}

// `surname: surname`, or `surname: {type: surname, right: last_name}`.
LinkColumn read_column(const schema::YamlPair& pair, schema::YamlFaults& faults) {
  LinkColumn column;
  column.left = column.right = pair.key.scalar;
  column.line = pair.key.line;
  if (pair.value.kind != schema::YamlKind::mapping) {
    read_type(pair.value, pair.value.scalar, column, faults);
    return column;
  }
  schema::YamlMapping mapping(pair.value, faults);
  const std::string type = mapping.require_text("type");
  if (!type.empty()) read_type(pair.value, type, column, faults);
  if (const auto right = mapping.text("right")) column.right = *right;
  mapping.finish();
  return column;
}

}  // namespace

Result<LinkConfig> parse_link_config(std::string_view text, const std::string& file) {
  JW_ASSIGN(const schema::YamlNode root, schema::parse_yaml(text, file));
  schema::YamlFaults faults;
  schema::YamlMapping mapping(root, faults);
  LinkConfig config;
  config.file = file;
  if (const auto* id = mapping.get("id")) config.id_line = id->line;
  config.id = mapping.text("id").value_or("");
  config.right_id = mapping.text("right_id").value_or(config.id);
  const auto seed = mapping.integer("seed");
  config.seed = static_cast<std::uint64_t>(seed.value_or(1));
  config.threshold = mapping.number("threshold");
  if (const auto* node = mapping.get("threshold"); node != nullptr && config.threshold) {
    if (!(*config.threshold > 0 && *config.threshold <= 1)) faults.add(*node, "cli.link.bad_threshold");
  }
  if (const auto* fields = mapping.require("fields")) {
    if (fields->kind != schema::YamlKind::mapping || fields->pairs.empty()) {
      faults.add(*fields, "cli.link.no_fields", {{"expected", all_types()}});
    } else if (fields->pairs.size() > linkage::fields_most) {
      faults.add(
          *fields, "cli.link.many_fields",
          {{"found", std::to_string(fields->pairs.size())}, {"most", std::to_string(linkage::fields_most)}});
    } else {
      for (const auto& pair : fields->pairs) {
        config.columns.push_back(read_column(pair, faults));
        if (config.columns.back().left == config.id && !config.id.empty())
          faults.add(pair.key, "cli.link.id_twice", {{"field", config.id}});
      }
    }
  }
  mapping.finish();
  if (!faults.empty()) return faults.to_error();
  return config;
}

}  // namespace jingwei::app::cli
