// Small things of process.yaml: titles, spans, guards, and a node as JSON.
#include <charconv>

#include "base/json.h"
#include "modules/cases/process/process_reader.h"

namespace jingwei::cases::reading {

namespace {

constexpr std::int64_t span_most = 10'000;

void write_node(JsonWriter& json, const YamlNode& node) {
  switch (node.kind) {
    case schema::YamlKind::null:
      json.null();
      return;
    case schema::YamlKind::sequence:
      json.begin_array();
      for (const auto& item : node.items) write_node(json, item);
      json.end_array();
      return;
    case schema::YamlKind::mapping:
      json.begin_object();
      for (const auto& pair : node.pairs) {
        json.key(pair.key.scalar);
        write_node(json, pair.value);
      }
      json.end_object();
      return;
    case schema::YamlKind::scalar:
      break;
  }
  if (!node.quoted) {
    if (const auto integer = schema::yaml_integer(node)) return json.value(*integer);
    if (const auto number = schema::yaml_number(node)) return json.value(*number);
    if (const auto truth = schema::yaml_boolean(node)) return json.value(*truth);
  }
  json.value(node.scalar);
}

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 48 || text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

catalog::Title read_title(const YamlNode* node, YamlFaults& faults) {
  catalog::Title title;
  if (node == nullptr) return title;
  YamlMapping mapping(*node, faults);
  title.zh = mapping.require_text("zh");
  title.en = mapping.require_text("en");
  mapping.finish();
  return title;
}

std::optional<Span> read_span(const YamlNode* node, YamlFaults& faults, ClockKind clock) {
  if (node == nullptr) return std::nullopt;
  const std::string& text = node->scalar;
  Span span;
  span.clock = clock;
  const char* end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, span.count);
  const bool one_letter = fault == std::errc{} && rest + 1 == end;
  const std::size_t unit = one_letter ? std::string_view("mhd").find(*rest) : std::string_view::npos;
  if (node->kind != schema::YamlKind::scalar || unit == std::string_view::npos || span.count < 1 ||
      span.count > span_most) {
    faults.add(*node, "cases.bad_span", {{"text", text}, {"most", std::to_string(span_most)}});
    return std::nullopt;
  }
  span.unit = static_cast<Span::Unit>(unit);
  return span;
}

std::optional<Span> read_timed(const YamlNode* node, YamlFaults& faults, ClockKind clock) {
  if (node == nullptr || node->kind != schema::YamlKind::mapping) return read_span(node, faults, clock);
  YamlMapping mapping(*node, faults);
  if (const YamlNode* word = mapping.get("clock")) {
    if (word->scalar != "working" && word->scalar != "always")
      faults.add(*word, "cases.unknown_word", {{"word", word->scalar}, {"expected", "working, always"}});
    clock = word->scalar == "always" ? ClockKind::always : ClockKind::working;
  }
  const auto span = read_span(mapping.require("within"), faults, clock);
  mapping.finish();
  return span;
}

std::shared_ptr<const Guard> read_guard(const YamlNode* node, YamlFaults& faults) {
  if (node == nullptr) return nullptr;
  auto guard = Guard::compile(json_of(*node));
  if (guard) return *guard;
  faults.add(*node, guard.error().message, guard.error().arguments);
  return nullptr;
}

std::optional<region::Level> read_level(const YamlNode* node, YamlFaults& faults) {
  if (node == nullptr) return std::nullopt;
  for (int at = 0; at <= static_cast<int>(region::Level::grid); ++at) {
    if (node->scalar == region::name_of(static_cast<region::Level>(at)))
      return static_cast<region::Level>(at);
  }
  faults.add(
      *node, "cases.unknown_word",
      {{"word", node->scalar}, {"expected", "nation, province, city, district, street, community, grid"}});
  return std::nullopt;
}

std::string json_of(const YamlNode& node) {
  JsonWriter json(512);
  write_node(json, node);
  return json.take();
}

}  // namespace jingwei::cases::reading
