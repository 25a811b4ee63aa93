#include "modules/source/kinds/mqtt_payload.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "storage/digest.h"

namespace jingwei::source {

namespace {

std::vector<std::string_view> levels_of(std::string_view topic) {
  std::vector<std::string_view> levels;
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(topic.find('/', at), topic.size());
    levels.push_back(topic.substr(at, end - at));
    if (end == topic.size()) return levels;
    at = end + 1;
  }
}

bool is_field_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

std::string hash_of(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const auto part : parts) {
    whole += std::to_string(part.size());
    whole += ':';
    whole += part;
  }
  return storage::sha256(whole).substr(0, identity_bytes);
}

// As text of one line that is surely UTF-8.
std::string shown(std::string_view bytes) {
  std::string text;
  const std::string_view part = bytes.substr(0, limits::refused_original_bytes / 2);
  for (std::size_t at = 0; at < part.size();) {
    const char32_t point = text::next_code_point(part, at);
    text::append_code_point(text, point < 0x20 || point == 0x7F ? U' ' : point);
  }
  return text;
}

// A key without quotes is no JSON, whatever the payload says.
MappedLine unreadable(std::string_view topic, std::string_view payload) {
  std::string line = R"({"topic": )";
  append_json_string(line, shown(topic));
  line += ", payload: " + shown(payload);
  return {std::move(line), hash_of({topic, payload}), false};
}

// The text of an object as it was sent, so that numbers keep their digits; line ends between its tokens
// become spaces.
MappedLine object_line(const boost::json::object& object, std::string_view raw,
                       const std::vector<std::pair<std::string, std::string>>& fields,
                       std::string_view id_field, std::string_view topic) {
  MappedLine mapped;
  mapped.line = "{";
  for (const auto& [name, value] : fields) {
    if (object.contains(name)) continue;
    if (mapped.line.size() > 1) mapped.line += ',';
    append_json_string(mapped.line, name);
    mapped.line += ':';
    append_json_string(mapped.line, value);
  }
  if (mapped.line.size() > 1 && !object.empty()) mapped.line += ',';
  mapped.line += raw.substr(raw.find('{') + 1);
  std::replace(mapped.line.begin(), mapped.line.end(), '\n', ' ');
  const boost::json::value* id = id_field.empty() ? nullptr : object.if_contains(id_field);
  const bool named = id != nullptr && !id->is_null() && !id->is_structured();
  mapped.identity = named ? hash_of({"id", topic, boost::json::serialize(*id)}) : hash_of({topic, raw});
  return mapped;
}

// The texts of the items of an array that is known to be good JSON.
std::vector<std::string_view> items_of(std::string_view array) {
  std::vector<std::string_view> items;
  int depth = 0;
  bool quoted = false;
  std::size_t begin = array.find('[') + 1;
  for (std::size_t at = begin; at < array.size(); ++at) {
    const char c = array[at];
    if (quoted) {
      if (c == '\\') ++at;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth > 0 && (c == '}' || c == ']')) {
      --depth;
    } else if (depth == 0 && (c == ',' || c == ']')) {
      items.push_back(array.substr(begin, at - begin));
      begin = at + 1;
      if (c == ']') break;
    }
  }
  return items;
}

}  // namespace

Result<TopicPattern> TopicPattern::parse(std::string_view text) {
  const auto bad = [&] {
    return Error(ErrorCode::invalid, "source.bad_topic")
        .with("topic", std::string(text))
        .at("/settings/topic");
  };
  if (text.empty() || text.size() > limits::mqtt_topic_bytes || text.find('\0') != std::string_view::npos ||
      !text::is_utf8(text))
    return bad();
  TopicPattern pattern;
  const auto levels = levels_of(text);
  for (std::size_t at = 0; at < levels.size(); ++at) {
    const std::string_view level = levels[at];
    if (at > 0) pattern.filter_ += '/';
    if (level.size() > 2 && level.front() == '{' && level.back() == '}') {
      const std::string_view name = level.substr(1, level.size() - 2);
      if (!is_field_name(name)) return bad();
      pattern.named_.emplace_back(at, name);
      pattern.filter_ += '+';
      continue;
    }
    const bool whole = level == "+" || (level == "#" && at + 1 == levels.size());
    if (!whole && level.find_first_of("+#{}") != std::string_view::npos) return bad();
    pattern.filter_ += level;
  }
  return pattern;
}

std::vector<std::pair<std::string, std::string>> TopicPattern::fields_of(std::string_view topic) const {
  const auto wanted = levels_of(filter_);
  const auto levels = levels_of(topic);
  const bool open_end = wanted.back() == "#";
  if (open_end ? levels.size() + 1 < wanted.size() : levels.size() != wanted.size()) return {};
  for (std::size_t at = 0; at < wanted.size(); ++at) {
    if (wanted[at] == "#") break;
    if (wanted[at] != "+" && wanted[at] != levels[at]) return {};
  }
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [level, name] : named_) fields.emplace_back(name, levels[level]);
  return fields;
}

std::vector<MappedLine> map_payload(const TopicPattern& pattern, std::string_view id_field,
                                    std::string_view topic, std::string_view payload) {
  std::vector<MappedLine> lines;
  if (payload.size() > limits::mqtt_payload_bytes || !text::is_utf8(payload)) {
    lines.push_back(unreadable(topic, payload));
    return lines;
  }
  boost::json::error_code fault;
  boost::json::parse_options options;
  options.max_depth = limits::json_depth;
  const boost::json::value parsed = boost::json::parse(payload, fault, {}, options);
  const auto fields = pattern.fields_of(topic);
  if (!fault && parsed.is_object()) {
    lines.push_back(object_line(parsed.as_object(), payload, fields, id_field, topic));
  } else if (!fault && parsed.is_array() && !parsed.as_array().empty() &&
             parsed.as_array().size() <= limits::mqtt_array_items) {
    const auto texts = items_of(payload);
    JW_ASSERT(texts.size() == parsed.as_array().size());
    for (std::size_t at = 0; at < texts.size(); ++at) {
      const auto& item = parsed.as_array()[at];
      lines.push_back(item.is_object() ? object_line(item.as_object(), texts[at], fields, id_field, topic)
                                       : unreadable(topic, texts[at]));
    }
  } else {
    lines.push_back(unreadable(topic, payload));
  }
  return lines;
}

}  // namespace jingwei::source
