#include "modules/registry/linked_event.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json.h"

namespace jingwei::registry {

storage::FeedEvent linked_event(const Plan& plan, const Question& question) {
  RecordId first(INT64_MAX), last;
  const auto take = [&](RecordId record) {
    first = std::min(first, record);
    last = std::max(last, record);
  };
  for (std::size_t at = 0; at < plan.cells.size(); at += link_columns().size())
    take(RecordId(std::get<std::int64_t>(plan.cells[at])));
  for (const auto& [record, role] : plan.unlinked) take(record);
  for (const RecordId record : question.touched) take(record);
  JsonWriter json;
  json.begin_object();
  json.member("subjects", static_cast<std::int64_t>(plan.subjects.size()));
  json.member("first", first.to_string());
  json.member("last", last.to_string());
  json.end_object();
  return {std::string(linked_event_kind), json.take()};
}

Result<LinkedTold> parse_linked_event(std::string_view body) {
  boost::system::error_code fault;
  const auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), fault);
  const auto* object = fault ? nullptr : value.if_object();
  const auto number = [&](const char* name) -> std::optional<RecordId> {
    const auto* member = object == nullptr ? nullptr : object->if_contains(name);
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return RecordId::parse(std::string_view(member->as_string()));
  };
  const auto first = number("first"), last = number("last");
  if (!first || !last) return Error(ErrorCode::corrupt, "registry.event_unreadable");
  return LinkedTold{*first, *last};
}

}  // namespace jingwei::registry
