// Limits of what other Open311 programs send, by name.
#pragma once

#include <cstddef>

namespace jingwei::open311::limits {

inline constexpr std::size_t document_bytes = 4 << 20;
inline constexpr std::size_t document_nodes = 200'000;
inline constexpr int document_depth = 16;
inline constexpr std::size_t form_bytes = 256 * 1024;
inline constexpr std::size_t form_pairs = 500;
inline constexpr std::size_t requests = 1'000;            // of one answer (GeoReport v2)
inline constexpr int pages = 50;  // of cases looked through for one answer, by service
inline constexpr std::size_t query_words = 200;           // ids or codes between commas
inline constexpr std::size_t description_length = 4'000;  // code points (GeoReport v2)

}  // namespace jingwei::open311::limits
