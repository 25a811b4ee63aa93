#include "modules/catalog/resource.h"

#include <charconv>

#include "base/text.h"

namespace jingwei::catalog {

namespace {

// `head` and `tail` code points stay, what lies between becomes as many stars.
std::string starred(std::string_view value, std::size_t head, std::size_t tail) {
  const std::u32string points = text::code_points(value);
  if (points.size() <= head + tail) return std::string(points.size(), '*');
  std::u32string shown = points.substr(0, head);
  shown.append(points.size() - head - tail, U'*');
  shown.append(points.substr(points.size() - tail));
  return text::from_code_points(shown);
}

constexpr std::int64_t longest_retention = 100'000;  // of any unit; beyond it is forever

}  // namespace

std::string_view name_of(Sharing sharing) {
  constexpr std::string_view names[] = {"unconditional", "conditional", "none", "open", "secret"};
  return names[static_cast<int>(sharing)];
}

std::string_view name_of(Subject subject) {
  constexpr std::string_view names[] = {"person", "household", "enterprise", "venue", "vehicle",
                                        "device", "place",     "figure",     "other"};
  return names[static_cast<int>(subject)];
}

std::string_view name_of(CollectedFrom from) {
  constexpr std::string_view names[] = {"residents",   "grid",    "enterprises",
                                        "departments", "devices", "published"};
  return names[static_cast<int>(from)];
}

std::string_view name_of(Update update) {
  constexpr std::string_view names[] = {"realtime", "daily", "weekly", "monthly", "once"};
  return names[static_cast<int>(update)];
}

std::string_view name_of(Personal personal) {
  constexpr std::string_view names[] = {"none",    "basic",   "name",  "identifier",
                                        "contact", "address", "health"};
  return names[static_cast<int>(personal)];
}

std::optional<Personal> personal_named(std::string_view name) {
  for (int at = 0; at <= static_cast<int>(Personal::health); ++at) {
    if (name_of(static_cast<Personal>(at)) == name) return static_cast<Personal>(at);
  }
  return std::nullopt;
}

std::string_view name_of(FieldType type) {
  constexpr std::string_view names[] = {"text",   "person_name", "phone",   "citizen_id",       "credit_code",
                                        "date",   "datetime",    "integer", "number",           "boolean",
                                        "choice", "region",      "address", "identity_document"};
  return names[static_cast<int>(type)];
}

std::string_view name_of(AddressPart part) {
  constexpr std::string_view names[] = {"building_key", "road", "number", "compound",
                                        "building",     "unit", "floor",  "room"};
  return names[static_cast<int>(part)];
}

const Field* Resource::field(std::string_view name) const {
  const int at = index_of(name);
  return at < 0 ? nullptr : &fields[static_cast<std::size_t>(at)];
}

int Resource::index_of(std::string_view name) const {
  for (std::size_t at = 0; at < fields.size(); ++at) {
    if (fields[at].name == name) return static_cast<int>(at);
  }
  return -1;
}

std::optional<std::int64_t> retention_days(std::string_view retention) {
  std::int64_t count = 0;
  const auto [end, fault] = std::from_chars(retention.data(), retention.data() + retention.size(), count);
  if (fault != std::errc{} || end + 1 != retention.data() + retention.size()) return std::nullopt;
  if (count < 1 || count > longest_retention) return std::nullopt;
  switch (*end) {
    case 'd':
      return count;
    case 'm':
      return count * 31;
    case 'y':
      return count * 366;
    default:
      return std::nullopt;
  }
}

std::string masked(std::string_view value, Personal personal) {
  switch (personal) {
    case Personal::none:
      return std::string(value);
    case Personal::name:
      return starred(value, 1, 0);
    case Personal::identifier:
      return starred(value, 3, 4);
    case Personal::contact:
      return starred(value, 3, 4);
    case Personal::address:
      return starred(value, 6, 0);
    case Personal::basic:
    case Personal::health:
      return "***";
  }
  return "***";
}

}  // namespace jingwei::catalog
