#include "modules/audit/log_entry.h"

#include <algorithm>
#include <boost/json.hpp>

namespace jingwei::audit {

namespace {

void netstring(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
  out += ',';
}

}  // namespace

EntryFacts facts_of(const LogEntry& entry) {
  EntryFacts facts;
  boost::json::error_code fault;
  const auto detail = boost::json::parse(entry.detail, fault);
  const auto* object = fault ? nullptr : detail.if_object();
  const auto take = [&](const char* name, std::string& fact) {
    const auto* found = object == nullptr ? nullptr : object->if_contains(name);
    if (found != nullptr && found->is_string()) fact = found->as_string().c_str();
  };
  take("purpose", facts.purpose);
  take("region", facts.region);
  take("resource", facts.resource);
  take("outcome", facts.outcome);
  if (facts.outcome.empty()) facts.outcome = "done";
  return facts;
}

std::vector<std::string> persons_of(const LogEntry& entry) {
  constexpr std::string_view prefix = "person:";
  std::vector<std::string> persons;
  if (entry.subject.starts_with(prefix)) persons.push_back(entry.subject);
  if (entry.detail.find("\"persons\"") == std::string::npos) return persons;
  boost::json::error_code fault;
  const auto detail = boost::json::parse(entry.detail, fault);
  const auto* object = fault ? nullptr : detail.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains("persons");
  const auto* array = found == nullptr ? nullptr : found->if_array();
  if (array == nullptr) return persons;
  for (const auto& one : *array) {
    const auto* text = one.if_string();
    if (text != nullptr && std::string_view(*text).starts_with(prefix)) persons.emplace_back(*text);
  }
  std::sort(persons.begin(), persons.end());
  persons.erase(std::unique(persons.begin(), persons.end()), persons.end());
  return persons;
}

std::string destroyed_subject(std::uint64_t position) {
  return "entry " + std::to_string(position);
}

crypto::Hash commitment_of(const LogEntry& entry, std::string_view salt) {
  std::string bytes(salt);
  netstring(bytes, std::to_string(to_micros(entry.at)));
  for (const std::string* field : {&entry.actor, &entry.event, &entry.subject, &entry.detail})
    netstring(bytes, *field);
  return crypto::sha256(bytes);
}

std::string head_message(std::uint64_t size, const crypto::Hash& root, Instant signed_at) {
  return "jingwei-audit-head 1\n" + std::to_string(size) + '\n' + crypto::to_hex(root) + '\n' +
         std::to_string(to_micros(signed_at)) + '\n';
}

bool signature_fits(const SignedHead& head) {
  return crypto::verify(head_message(head.size, head.root, head.signed_at), head.signature, head.public_key);
}

}  // namespace jingwei::audit
