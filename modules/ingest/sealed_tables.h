// Under which tables' keys ingest seals what it keeps of a resource beside its records: refused rows, and
// files that wait. So a resource's keys take them along when they are destroyed.
#pragma once

#include <string>
#include <string_view>

namespace jingwei::ingest {

std::string refused_table(std::string_view resource);  // "refused_row.people"
std::string files_table(std::string_view resource);    // "sealed_file.people"
// The resource of such a table; any other table as it is.
std::string_view resource_of_table(std::string_view table);

// A file's name tells its resource from the moment it is begun: "17.people.pieces". Empty when it names none.
std::string file_name(std::string_view name, std::string_view resource, std::string_view suffix);
std::string_view resource_in_path(std::string_view path);

}  // namespace jingwei::ingest
