#include "modules/ingest/slice_event.h"

#include <boost/json.hpp>

#include "base/json.h"

namespace jingwei::ingest {

namespace {

using Reasons = std::map<std::string, std::int64_t>;

void write_reasons(JsonWriter& json, const Reasons& reasons) {
  json.key("reasons");
  json.begin_object();
  for (const auto& [reason, rows] : reasons) json.member(reason, rows);
  json.end_object();
}

Reasons read_reasons(const boost::json::object& event) {
  Reasons reasons;
  for (const auto& [reason, rows] : event.at("reasons").as_object())
    reasons[std::string(reason)] = rows.to_number<std::int64_t>();
  return reasons;
}

}  // namespace

storage::FeedEvent to_feed_event(const SliceEvent& event) {
  JsonWriter json(256 + event.counts.size() * 40);
  json.begin_object();
  json.member("resource", event.resource);
  json.member("batch", event.batch.value);
  json.member("first_row", event.first_row);
  json.member("last_row", event.last_row);
  json.member("accepted", event.accepted);
  json.member("cleaned", event.cleaned);
  json.member("unchanged", event.unchanged);
  json.member("updated", event.updated);
  json.member("refused", event.refused);
  json.member("mended", event.mended);
  write_reasons(json, event.reasons);
  json.key("counts");
  json.begin_array();
  for (const auto& change : event.counts) {
    json.begin_array();
    json.value(change.metric);
    json.value(change.region.value);
    json.value(to_days(change.day));
    json.value(change.delta);
    if (change.reports != 0) json.value(change.reports);
    json.end_array();
  }
  json.end_array();
  if (event.packed_rows > 0) {
    json.key("packed");
    json.begin_array();
    json.value(event.packed_first_id);
    json.value(event.packed_rows);
    json.end_array();
  }
  if (!event.records.empty()) {
    json.key("records");
    json.begin_array();
    for (const std::int64_t id : event.records) json.value(id);
    json.end_array();
  }
  json.end_object();
  return {std::string(slice_event_kind), json.take()};
}

storage::FeedEvent to_feed_event(const WithdrawalEvent& event) {
  JsonWriter json;
  json.begin_object();
  json.member("resource", event.resource);
  json.member("batch", event.batch.value);
  json.member("ended", event.ended);
  json.member("restored", event.restored);
  json.member("accepted", event.accepted);
  json.member("cleaned", event.cleaned);
  json.member("unchanged", event.unchanged);
  json.member("refused", event.refused);
  write_reasons(json, event.reasons);
  json.end_object();
  return {std::string(withdrawal_event_kind), json.take()};
}

Result<WithdrawalEvent> parse_withdrawal_event(std::string_view body) {
  try {
    const boost::json::value parsed = boost::json::parse(boost::json::string_view(body.data(), body.size()));
    const auto& object = parsed.as_object();
    const auto number = [&](const char* name) { return object.at(name).to_number<std::int64_t>(); };
    WithdrawalEvent event;
    event.resource = boost::json::value_to<std::string>(object.at("resource"));
    event.batch = BatchId(number("batch"));
    event.ended = number("ended");
    event.restored = number("restored");
    // Events from before these were told do not have them.
    if (!object.contains("reasons")) return event;
    event.accepted = number("accepted");
    event.cleaned = number("cleaned");
    event.unchanged = number("unchanged");
    event.refused = number("refused");
    event.reasons = read_reasons(object);
    return event;
  } catch (const std::exception& fault) {
    return Error(ErrorCode::corrupt, "storage.damaged").because(fault.what());
  }
}

Result<SliceEvent> parse_slice_event(std::string_view body) {
  try {
    const boost::json::value parsed = boost::json::parse(boost::json::string_view(body.data(), body.size()));
    const auto& object = parsed.as_object();
    const auto number = [&](const char* name) { return object.at(name).to_number<std::int64_t>(); };
    // Events from before these were told do not have them.
    const auto later_number = [&](const char* name) {
      return object.contains(name) ? number(name) : std::int64_t{0};
    };
    SliceEvent event;
    event.resource = boost::json::value_to<std::string>(object.at("resource"));
    event.batch = BatchId(number("batch"));
    event.first_row = number("first_row");
    event.last_row = number("last_row");
    event.accepted = number("accepted");
    event.cleaned = number("cleaned");
    event.unchanged = number("unchanged");
    event.updated = later_number("updated");
    event.refused = number("refused");
    event.mended = later_number("mended");
    event.reasons = read_reasons(object);
    for (const auto& item : object.at("counts").as_array()) {
      const auto& row = item.as_array();
      event.counts.push_back({boost::json::value_to<std::string>(row.at(0)),
                              RegionId(row.at(1).to_number<std::int64_t>()),
                              from_days(row.at(2).to_number<std::int32_t>()), row.at(3).to_number<double>(),
                              row.size() > 4 ? row.at(4).to_number<std::int64_t>() : 0});
    }
    // Nor these two, which tell what is there to tell only.
    if (const auto* packed = object.if_contains("packed")) {
      event.packed_first_id = packed->as_array().at(0).to_number<std::int64_t>();
      event.packed_rows = packed->as_array().at(1).to_number<std::int64_t>();
    }
    if (const auto* records = object.if_contains("records")) {
      for (const auto& id : records->as_array()) event.records.push_back(id.to_number<std::int64_t>());
    }
    return event;
  } catch (const std::exception& fault) {
    return Error(ErrorCode::corrupt, "ingest.event_unreadable").because(fault.what());
  }
}

}  // namespace jingwei::ingest
