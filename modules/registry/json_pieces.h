// Pieces that the registry's answers in JSON have in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/messages.h"
#include "modules/registry/file.h"

namespace jingwei::registry {

// {"id": …, "title": …}
void write_named(JsonWriter& json, std::string_view key, const std::string& id, const std::string& title);
// Members "resource" and "provider".
void write_source(JsonWriter& json, const catalog::Resource& resource, Language language);
// Member "region"; null for none.
void write_region(JsonWriter& json, RegionId region, const region::Tree& tree);
// Null for an empty text, and for no day.
void write_or_null(JsonWriter& json, std::string_view key, const std::string& text);
void write_day(JsonWriter& json, std::string_view key, const std::optional<Day>& day);
// A field of a record as its reader may see it; empty where it says nothing, and for -1.
std::string shown(const FileEntry& entry, int field, const region::Tree& tree, Language language);
// "person", "head": as what a record tells of its subject.
const char* role_name(Role role);
// One of two records that are compared; null for one that may not be seen.
void write_side(JsonWriter& json, std::string_view key, const std::optional<FileEntry>& side,
                const region::Tree& tree, Language language);

}  // namespace jingwei::registry
