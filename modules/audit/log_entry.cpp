#include "modules/audit/log_entry.h"

namespace jingwei::audit {

namespace {

void netstring(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
  out += ',';
}

}  // namespace

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
