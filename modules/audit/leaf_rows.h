// Rows of the log's tables as values.
#pragma once

#include "modules/audit/log_entry.h"
#include "storage/store.h"

namespace jingwei::audit {

// The five columns of an entry from `first` on: committed_at, actor, event, subject, detail.
LogEntry entry_of(const storage::Row& row, int first);
Result<std::vector<Leaf>> leaves_from(storage::Reader& reader, std::uint64_t position, std::size_t most);
Result<std::int64_t> shard_of_leaf(storage::Reader& reader, std::uint64_t position);
Result<std::vector<SignedHead>> heads_from(storage::Reader& reader, std::uint64_t size, std::size_t most);
Result<std::vector<SignedHead>> heads_before(storage::Reader& reader, std::uint64_t size, std::size_t most);
Result<std::optional<SignedHead>> read_last_head(storage::Reader& reader);
Result<std::optional<SignedHead>> find_head(storage::Reader& reader, std::uint64_t size);
// The place of the last leaf's entry; zeros for an empty log.
Result<storage::FeedPosition> last_leaf_key(storage::Reader& reader);

}  // namespace jingwei::audit
