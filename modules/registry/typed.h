// Fields that somebody typed although the hub knew the answer: what filling once would have spared.
#pragma once

#include <map>
#include <string>

#include "modules/registry/links.h"
#include "modules/registry/parts.h"
#include "modules/registry/resources.h"

namespace jingwei::registry {

struct TypedCount {
  std::int64_t fields = 0;  // typed, but those that say whom a record is about
  std::int64_t known = 0;   // of them, that stood with the same answer in an earlier record of the person
};

// Of a record entered by hand. Errors: the store's.
Result<TypedCount> count_typed(storage::Reader& reader, const RegistryParts& parts,
                               const Resources& resources, const catalog::Resource& resource,
                               const ingest::Record& record, const std::vector<Telling>& tellings);

storage::Write add_typed(const std::string& resource, Day day, const TypedCount& count);
// By resource, from a day on. Errors: the store's.
Result<std::map<std::string, TypedCount>> typed_since(storage::Reader& reader, Day from);

}  // namespace jingwei::registry
