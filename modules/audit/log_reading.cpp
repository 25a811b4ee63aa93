// Reading the log: searching, leaves, heads, proofs.
#include <limits>

#include "modules/audit/audit_service.h"
#include "modules/audit/leaf_rows.h"
#include "modules/audit/sql.gen.h"

namespace jingwei::audit {

using storage::FeedPosition;
using storage::Value;

namespace {

constexpr std::size_t looked_at_most = 20'000;  // entries in one search

bool fits(const std::string& wanted, const std::string& fact) {
  return wanted.empty() || wanted == fact;
}

bool fits(const EntryQuery& query, const LogEntry& entry) {
  if (query.purpose.empty() && query.region.empty() && query.resource.empty() && query.outcome.empty())
    return true;
  const EntryFacts facts = facts_of(entry);
  return fits(query.purpose, facts.purpose) && fits(query.region, facts.region) &&
         fits(query.resource, facts.resource) && fits(query.outcome, facts.outcome);
}

Result<void> add_positions(storage::Reader& reader, std::vector<FoundEntry>& found) {
  std::vector<std::vector<Value>> keys;
  keys.reserve(found.size());
  for (const auto& entry : found) keys.push_back({entry.key.transaction, entry.key.sequence});
  return reader.query_each(sql::position_of_entry, keys, [&](std::size_t at, const storage::Row& row) {
    found[at].position = static_cast<std::uint64_t>(row.integer(0));
  });
}

}  // namespace

crypto::ReadTile AuditService::tiles_of(storage::Reader& reader) {
  return [&reader](crypto::TileName name) -> Result<std::string> {
    std::string hashes;
    const Value parameters[] = {std::int64_t{name.level}, static_cast<std::int64_t>(name.index)};
    JW_TRY(reader.query(sql::find_tile, parameters, [&](const storage::Row& row) {
      hashes = row.blob(0);
      return false;
    }));
    return hashes;
  };
}

Result<FoundPage> AuditService::search(const EntryQuery& query, std::optional<FeedPosition> before,
                                       std::size_t most) {
  constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
  const FeedPosition from = before.value_or(FeedPosition{end, end});
  const Value parameters[] = {from.transaction,
                              from.sequence,
                              query.actor,
                              query.event,
                              query.subject,
                              query.from ? to_micros(*query.from) : std::int64_t{0},
                              query.to ? to_micros(*query.to) : end,
                              static_cast<std::int64_t>(looked_at_most)};
  FoundPage page;
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(reader->query(sql::search_entries, parameters, [&](const storage::Row& row) {
    FoundEntry found{{row.integer(0), row.integer(1)}, std::nullopt, entry_of(row, 2)};
    if (fits(query, found.entry)) page.entries.push_back(std::move(found));
    return page.entries.size() < most;
  }));
  JW_TRY(add_positions(*reader, page.entries));
  if (page.entries.size() == most) {
    page.next = page.entries.back().key;
    page.looked_back_to = page.entries.back().entry.at;
    return page;
  }
  const Value last[] = {from.transaction, from.sequence, static_cast<std::int64_t>(looked_at_most - 1)};
  JW_TRY(reader->query(sql::search_end, last, [&](const storage::Row& row) {
    page.next = FeedPosition{row.integer(0), row.integer(1)};
    page.looked_back_to = from_micros(row.integer(2));
    return false;
  }));
  // Entries are not younger the further one looks: before `from` there is nothing to find.
  if (query.from && page.looked_back_to && *page.looked_back_to < *query.from) page.next.reset();
  return page;
}

Result<std::vector<Leaf>> AuditService::read_leaves(std::uint64_t from, std::size_t most) {
  JW_ASSIGN(auto reader, store_.read());
  return leaves_from(*reader, from, most);
}

Result<Leaf> AuditService::find_leaf(std::uint64_t position) {
  JW_ASSIGN(auto leaves, read_leaves(position, 1));
  if (leaves.empty() || leaves.front().position != position)
    return Error(ErrorCode::not_found, "audit.no_entry").with("position", std::to_string(position));
  return std::move(leaves.front());
}

Result<std::vector<SignedHead>> AuditService::read_heads(std::uint64_t from_size, std::size_t most) {
  JW_ASSIGN(auto reader, store_.read());
  return heads_from(*reader, from_size, most);
}

Result<std::vector<SignedHead>> AuditService::read_heads_before(std::uint64_t before, std::size_t most) {
  JW_ASSIGN(auto reader, store_.read());
  return heads_before(*reader, before, most);
}

Result<std::optional<SignedHead>> AuditService::last_head() {
  JW_ASSIGN(auto reader, store_.read());
  return read_last_head(*reader);
}

Result<std::uint64_t> AuditService::size() {
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const auto size, storage::query_integer(*reader, sql::log_size, {}));
  return static_cast<std::uint64_t>(size.value_or(0));
}

Result<Proof> AuditService::prove(std::uint64_t position) {
  JW_ASSIGN(Leaf leaf, find_leaf(position));
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const auto head, read_last_head(*reader));
  if (!head || head->size <= position)
    return Error(ErrorCode::conflict, "audit.not_signed").with("position", std::to_string(position));
  JW_ASSIGN(auto path, crypto::inclusion_proof(position, head->size, tiles_of(*reader)));
  return Proof{std::move(leaf), *head, std::move(path)};
}

Result<Consistency> AuditService::prove_consistency(std::uint64_t first, std::uint64_t second) {
  JW_ASSIGN(auto reader, store_.read());
  std::vector<SignedHead> heads;
  for (const std::uint64_t size : {first, second}) {
    JW_ASSIGN(const auto head, find_head(*reader, size));
    if (!head) return Error(ErrorCode::not_found, "audit.no_head").with("size", std::to_string(size));
    heads.push_back(*head);
  }
  JW_ASSIGN(auto path, crypto::consistency_proof(first, second, tiles_of(*reader)));
  return Consistency{heads[0], heads[1], std::move(path)};
}

}  // namespace jingwei::audit
