#include "modules/source/leavings.h"

#include "modules/source/sql.gen.h"

namespace jingwei::source {

Result<std::vector<std::string>> Leavings::folders_of(const std::string& resource) const {
  std::vector<std::string> folders;
  JW_ASSIGN(auto reader, parts_.store.read());
  const storage::Value key = resource;
  JW_TRY(reader->query(sql::sources_of_resource, std::span(&key, 1), [&](const storage::Row& row) {
    folders.push_back(parts_.folder + "/" + std::to_string(row.integer(0)));
    return true;
  }));
  std::vector<std::string> present;
  for (auto& folder : folders) {
    JW_ASSIGN(const bool there, parts_.files.exists(folder));
    if (there) present.push_back(std::move(folder));
  }
  return present;
}

Result<std::int64_t> Leavings::count_files(const std::string& resource) const {
  std::int64_t files = 0;
  JW_ASSIGN(const auto folders, folders_of(resource));
  for (const auto& folder : folders) {
    JW_ASSIGN(const auto names, parts_.files.list(folder));
    files += static_cast<std::int64_t>(names.size());
  }
  return files;
}

Result<void> Leavings::remove_files(const std::string& resource) const {
  JW_ASSIGN(const auto folders, folders_of(resource));
  for (const auto& folder : folders) {
    JW_ASSIGN(const auto names, parts_.files.list(folder));
    for (const auto& name : names) {
      const auto removed = parts_.files.remove(folder + "/" + name);
      if (!removed && removed.error().code != ErrorCode::not_found) return removed.error();
    }
    JW_TRY(parts_.files.sync_folder(folder));
  }
  return {};
}

Result<std::vector<storage::Write>> Leavings::forget_messages(const std::string& resource) const {
  return std::vector<storage::Write>{{&sql::forget_messages_of_resource, {resource}, std::nullopt},
                                     {&sql::forget_names_of_resource, {resource}, std::nullopt}};
}

Result<std::int64_t> Leavings::count_answers(const std::string& purpose) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const storage::Value key = purpose;
  JW_ASSIGN(const auto counted,
            storage::query_integer(*reader, sql::count_answers_of_purpose, std::span(&key, 1)));
  return counted.value_or(0);
}

storage::Write Leavings::erase_answers(const std::string& purpose, std::int64_t expected) const {
  return {&sql::erase_answers_of_purpose, {purpose}, expected};
}

std::string Leavings::answers_table(const std::string& purpose) {
  return "source_answer." + purpose;
}

}  // namespace jingwei::source
