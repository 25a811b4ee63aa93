#include "modules/ingest/sealed_tables.h"

#include <initializer_list>

namespace jingwei::ingest {

namespace {

constexpr std::string_view refused_prefix = "refused_row.", files_prefix = "sealed_file.";

}  // namespace

std::string refused_table(std::string_view resource) {
  return std::string(refused_prefix).append(resource);
}

std::string files_table(std::string_view resource) {
  return std::string(files_prefix).append(resource);
}

std::string_view resource_of_table(std::string_view table) {
  for (const std::string_view prefix : {refused_prefix, files_prefix}) {
    if (table.starts_with(prefix)) return table.substr(prefix.size());
  }
  return table;
}

std::string file_name(std::string_view name, std::string_view resource, std::string_view suffix) {
  std::string made(name);
  made += '.';
  made += resource;
  made += suffix;
  return made;
}

std::string_view resource_in_path(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  const std::size_t first = name.find('.'), last = name.rfind('.');
  if (first == last) return {};
  return name.substr(first + 1, last - first - 1);
}

}  // namespace jingwei::ingest
