// Every limit of the kernel, by name. Routes may lower them in api.yaml, never raise them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace jingwei::limits {

// http
inline constexpr std::size_t header_bytes = 16 * 1024;
inline constexpr std::size_t json_body_bytes = 1 << 20;
inline constexpr std::uint64_t upload_bytes = 2ULL << 30;
inline constexpr std::size_t url_bytes = 4 * 1024;
inline constexpr std::size_t connections = 10'000;
inline constexpr std::size_t pipelined_requests = 64;
inline constexpr std::size_t event_stream_backlog_bytes = 1 << 20;
inline constexpr std::chrono::seconds header_deadline{10};
inline constexpr std::chrono::seconds body_stall_deadline{20};
inline constexpr std::chrono::seconds idle_deadline{75};
inline constexpr std::chrono::seconds drain_deadline{20};
inline constexpr std::size_t page_size_default = 50;
inline constexpr std::size_t page_size_most = 500;

// schema
inline constexpr std::size_t json_depth = 32;
inline constexpr std::size_t yaml_bytes = 1 << 20;
inline constexpr std::size_t yaml_nodes = 100'000;

// storage
inline constexpr int decide_attempts = 5;
inline constexpr std::size_t change_writes = 100'000;
inline constexpr std::size_t group_changes = 512;
inline constexpr std::size_t commit_queue = 65'536;
inline constexpr std::chrono::milliseconds bulk_slice_time{20};
inline constexpr std::size_t feed_page_events = 4'096;
inline constexpr std::chrono::seconds transaction_open{5};
inline constexpr std::int64_t id_block = 4'096;

// ingest
inline constexpr std::size_t row_bytes = 1 << 20;
inline constexpr std::size_t row_fields = 1'024;
inline constexpr std::size_t bulk_slice_rows = 2'000;
inline constexpr std::size_t refused_original_bytes = 16 * 1024;
inline constexpr std::size_t regions_in_filter = 200'000;  // regions one `under` filter may name

// region
inline constexpr std::size_t region_matches = 200;
inline constexpr std::size_t region_load_writes = 10'000;  // of one Change of a file of regions

}  // namespace jingwei::limits
