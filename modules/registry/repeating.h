// Decisions that are taken anew when others came first, each once under its Idempotency-Key.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "modules/catalog/repeatable.h"
#include "modules/ingest/ingest_service.h"
#include "modules/registry/limits.h"

namespace jingwei::registry {

struct Repeatable {
  storage::Change change;
  std::string answer;  // finds the result again
};

// As catalog::commit_once, but that a conflict is met more often: whoever merges waits for all others who do.
inline Result<storage::Committed> commit_repeatedly(
    storage::Store& store, const std::string& operation, const std::vector<std::string>& told,
    const ingest::WriteRequest& request, const std::function<Result<Repeatable>(storage::Reader&)>& decide) {
  bool refused = false;  // by a rule and not by others who came first
  for (int attempt = 1;; ++attempt) {
    auto row = catalog::idempotency_of(request.idempotency_key, request.actor, operation, told);
    auto committed =
        catalog::commit_once(store, row, [&](storage::Reader& reader) -> Result<storage::Change> {
          auto made = decide(reader);
          refused = !made;
          if (!made) return std::move(made).error();
          if (row) row->answer = made->answer;
          return std::move(made->change);
        });
    if (committed || refused || committed.error().code != ErrorCode::conflict ||
        attempt == limits::overtaken_attempts)
      return committed;
  }
}

}  // namespace jingwei::registry
