// From an MQTT message to lines for ingest: one JSON object or an array of them, with fields from the topic.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace jingwei::source {

// A topic to subscribe to, as an operator writes it: "sensors/{device}/temperature" subscribes to
// "sensors/+/temperature" and gives the part as field `device`. Plain + and # (at the end) are taken too.
class TopicPattern {
 public:
  // Errors: invalid "source.bad_topic".
  static Result<TopicPattern> parse(std::string_view text);
  const std::string& filter() const { return filter_; }
  // Fields of a topic that matches, by name; nothing of one that does not.
  std::vector<std::pair<std::string, std::string>> fields_of(std::string_view topic) const;

 private:
  std::string filter_;
  std::vector<std::pair<std::size_t, std::string>> named_;  // level, field
};

inline constexpr std::size_t identity_bytes = 16;

struct MappedLine {
  std::string line;      // of JSON Lines, without its end; refused ones are no JSON on purpose
  std::string identity;  // identity_bytes: the same for a message that comes again
  bool readable = true;
};

// Never fails: what cannot be read becomes a line that ingest refuses and keeps, with its topic. `id_field`
// names the member that tells messages apart; without it the content does. Fields of the topic do not
// override members of the payload. Bounded: objects of one array by limits::mqtt_array_items, a line by
// limits::mqtt_payload_bytes.
std::vector<MappedLine> map_payload(const TopicPattern& pattern, std::string_view id_field,
                                    std::string_view topic, std::string_view payload);

}  // namespace jingwei::source
