#include "modules/catalog/repeatable.h"

#include "modules/catalog/definition.h"
#include "storage/digest.h"

namespace jingwei::catalog {

std::optional<storage::Idempotency> idempotency_of(const std::optional<std::string>& key,
                                                   const std::string& actor, std::string_view operation,
                                                   const std::vector<std::string>& told, std::string answer) {
  if (!key) return std::nullopt;
  std::string all;
  for (const auto& part : told) all += std::to_string(part.size()) + ':' + part;
  return storage::Idempotency{actor, std::string(operation), *key, storage::sha256_hex(all),
                              std::move(answer)};
}

Result<storage::Committed> commit_once(
    storage::Store& store, std::optional<storage::Idempotency>& row,
    const std::function<Result<storage::Change>(storage::Reader&)>& decide) {
  return storage::decide_and_commit(store, [&](storage::Reader& reader) -> Result<storage::Change> {
    storage::Change change;
    if (row) {
      JW_ASSIGN(const bool repeated, is_repeated(reader, *row));
      if (repeated) {
        change.idempotency = row;
        return change;
      }
    }
    JW_ASSIGN(change, decide(reader));
    change.idempotency = row;
    return change;
  });
}

}  // namespace jingwei::catalog
