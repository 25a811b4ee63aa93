#include "modules/audit/audit_json.h"

namespace jingwei::audit {

namespace {

template <std::size_t size>
std::string hex_of(const std::array<std::uint8_t, size>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// Instants stand twice: to be read, and as the number that is hashed and signed.
void write_instant(JsonWriter& json, const char* name, const char* number, Instant at) {
  json.member(name, to_rfc3339(at));
  json.member(number, to_micros(at));
}

void write_fields(JsonWriter& json, const LogEntry& entry) {
  write_instant(json, "at", "at_us", entry.at);
  json.member("actor", entry.actor);
  json.member("event", entry.event);
  json.member("subject", entry.subject);
  json.member("detail", entry.detail);
}

void write_leaf(JsonWriter& json, const Leaf& leaf) {
  json.begin_object();
  json.member("position", leaf.position);
  json.member("salt", hex_of(leaf.salt));
  json.member("commitment", hex_of(leaf.commitment));
  json.key("entry");
  if (leaf.entry) {
    json.begin_object();
    write_fields(json, *leaf.entry);
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
}

void write_path(JsonWriter& json, const std::vector<crypto::Hash>& path) {
  json.key("path");
  json.begin_array();
  for (const auto& hash : path) json.value(hex_of(hash));
  json.end_array();
}

void begin_format(JsonWriter& json, std::string_view format) {
  json.begin_object();
  json.member("format", format);
  json.member("version", 1);
}

// With its place, and the members of its detail by name.
void write_entry(JsonWriter& json, const FoundEntry& found) {
  const EntryFacts facts = facts_of(found.entry);
  json.begin_object();
  json.member("id", found.key.to_string());
  json.key("position");
  if (found.position) {
    json.value(*found.position);
  } else {
    json.null();
  }
  write_fields(json, found.entry);
  json.member("purpose", facts.purpose);
  json.member("region", facts.region);
  json.member("resource", facts.resource);
  json.member("outcome", facts.outcome);
  json.end_object();
}

std::string_view name_of(RunState state) {
  switch (state) {
    case RunState::none:
      return "none";
    case RunState::running:
      return "running";
    case RunState::done:
      return "done";
    case RunState::failed:
      return "failed";
  }
  return "";
}

}  // namespace

std::string entries_json(const FoundPage& page) {
  JsonWriter json(4096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& entry : page.entries) write_entry(json, entry);
  json.end_array();
  json.key("next_cursor");
  page.next ? json.value(page.next->to_string()) : json.null();
  json.key("looked_back_to");
  page.looked_back_to ? json.value(to_rfc3339(*page.looked_back_to)) : json.null();
  json.end_object();
  return json.take();
}

void write_head(JsonWriter& json, const SignedHead& head) {
  json.begin_object();
  json.member("size", head.size);
  json.member("root", hex_of(head.root));
  write_instant(json, "signed_at", "signed_at_us", head.signed_at);
  json.member("public_key", hex_of(head.public_key));
  json.member("signature", hex_of(head.signature));
  json.end_object();
}

std::string head_json(const SignedHead& head) {
  JsonWriter json(512);
  write_head(json, head);
  return json.take();
}

Result<std::string> export_piece(AuditService& service, std::string_view part, std::uint64_t from,
                                 std::size_t most) {
  std::string lines;
  if (part == "heads") {
    JW_ASSIGN(const auto heads, service.read_heads(from, most));
    for (const auto& head : heads) lines += R"({"head":)" + head_json(head) + "}\n";
    return lines;
  }
  JW_ASSIGN(const auto leaves, service.read_leaves(from, most));
  for (const auto& leaf : leaves) {
    JsonWriter json(512);
    write_leaf(json, leaf);
    lines += R"({"leaf":)" + json.text() + "}\n";
  }
  return lines;
}

std::string export_first_line(std::string_view last_head) {
  JsonWriter json(512);
  begin_format(json, "jingwei-audit-log");
  json.key("last");
  json.raw(last_head);
  json.end_object();
  return json.take();
}

std::string export_last_line(std::uint64_t heads, std::uint64_t leaves) {
  JsonWriter json;
  json.begin_object();
  json.key("end");
  json.begin_object();
  json.member("heads", heads);
  json.member("leaves", leaves);
  json.end_object();
  json.end_object();
  return json.take();
}

std::string proof_json(const Leaf& leaf, const SignedHead* head, const std::vector<crypto::Hash>& path) {
  JsonWriter json(2048);
  begin_format(json, "jingwei-audit-proof");
  json.key("leaf");
  write_leaf(json, leaf);
  json.key("head");
  if (head != nullptr) {
    write_head(json, *head);
  } else {
    json.null();
  }
  write_path(json, path);
  json.end_object();
  return json.take();
}

std::string consistency_json(const Consistency& consistency) {
  JsonWriter json(2048);
  begin_format(json, "jingwei-audit-consistency");
  json.key("first");
  write_head(json, consistency.first);
  json.key("second");
  write_head(json, consistency.second);
  write_path(json, consistency.path);
  json.end_object();
  return json.take();
}

std::string run_json(const VerificationRun& run, Language language) {
  JsonWriter json(1024);
  const auto instant_or_null = [&](std::string_view name, std::optional<Instant> at) {
    json.key(name);
    if (at) {
      json.value(to_rfc3339(*at));
    } else {
      json.null();
    }
  };
  json.begin_object();
  json.member("state", name_of(run.state));
  json.member("leaves_done", run.leaves_done);
  json.member("leaves_total", run.leaves_total);
  instant_or_null("started_at", run.started_at);
  instant_or_null("finished_at", run.finished_at);
  json.member("whole", run.state == RunState::done && run.result.whole());
  json.member("leaves", run.result.leaves);
  json.member("destroyed", run.result.destroyed);
  json.member("heads", run.result.heads);
  json.member("waiting", run.result.waiting);
  json.key("findings");
  json.begin_array();
  for (const auto& finding : run.result.findings) {
    const std::string kind(name_of(finding.kind));
    json.begin_object();
    json.member("kind", kind);
    json.member("place", finding.place);
    json.member(
        "sentence",
        render(Error(ErrorCode::corrupt, "audit.finding." + kind).with("place", finding.place), language));
    json.end_object();
  }
  json.end_array();
  json.key("error");
  if (run.error) {
    json.value(render(*run.error, language));
  } else {
    json.null();
  }
  json.end_object();
  return json.take();
}

}  // namespace jingwei::audit
