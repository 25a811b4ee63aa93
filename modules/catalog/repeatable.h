// Writes that may be sent again under the same Idempotency-Key, each of which takes effect once.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.h"

namespace jingwei::catalog {

// The row that keeps a request's answer; nothing when the request carries no key. `told` is everything the
// request says, in an order that stays: the same key with other words is refused (invalid
// "idempotency.mismatch"). `answer` finds the result again: an id, a version.
std::optional<storage::Idempotency> idempotency_of(const std::optional<std::string>& key,
                                                   const std::string& actor, std::string_view operation,
                                                   const std::vector<std::string>& told,
                                                   std::string answer = {});

// Decides and commits (storage::decide_and_commit), but a request whose row stands already decides nothing:
// `earlier_answer` of what is returned tells what it was answered then. `decide` may set `row->answer`.
Result<storage::Committed> commit_once(
    storage::Store& store, std::optional<storage::Idempotency>& row,
    const std::function<Result<storage::Change>(storage::Reader&)>& decide);

}  // namespace jingwei::catalog
