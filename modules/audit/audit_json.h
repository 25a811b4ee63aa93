// The log as JSON: for the API, for proofs handed out, and for export files (docs/formats/audit-log.md).
#pragma once

#include "base/json.h"
#include "base/messages.h"
#include "modules/audit/audit_service.h"
#include "modules/audit/verifier.h"

namespace jingwei::audit {

// A page of entries: each with its place, and the members of its detail by name.
std::string entries_json(const FoundPage& page);
void write_head(JsonWriter& json, const SignedHead& head);
std::string head_json(const SignedHead& head);

// Lines of an export, each ended: the part "heads" from a size on, or "leaves" from a position on, at most
// `most`. Errors: those of AuditService.
Result<std::string> export_piece(AuditService& service, std::string_view part, std::uint64_t from,
                                 std::size_t most);
// The first line, with the newest signed head (as head_json gives it), at which the export ends.
std::string export_first_line(std::string_view last_head);
// The last line, so that a file cut short is known.
std::string export_last_line(std::uint64_t heads, std::uint64_t leaves);

// Format "jingwei-audit-proof"; without a head while none holds the leaf.
std::string proof_json(const Leaf& leaf, const SignedHead* head, const std::vector<crypto::Hash>& path);
// Format "jingwei-audit-consistency".
std::string consistency_json(const Consistency& consistency);

// How a verification stands; its findings as sentences too.
std::string run_json(const VerificationRun& run, Language language);

}  // namespace jingwei::audit
