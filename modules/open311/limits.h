// Limits of what other Open311 programs send, by name.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace jingwei::open311::limits {

inline constexpr std::size_t document_bytes = 4 << 20;
inline constexpr std::size_t document_nodes = 200'000;
inline constexpr int document_depth = 16;
inline constexpr std::size_t form_bytes = 256 * 1024;
inline constexpr std::size_t form_pairs = 500;
inline constexpr std::size_t requests = 1'000;   // of one answer (GeoReport v2)
inline constexpr int pages = 50;                 // of cases looked through for one answer, by service
inline constexpr std::size_t query_words = 200;  // ids or codes between commas
inline constexpr std::size_t description_length = 4'000;  // code points (GeoReport v2)
inline constexpr std::size_t address_length = 500;        // code points of an address in words

// Other servers.
inline constexpr std::size_t connections = 50;
inline constexpr std::size_t mappings = 100;  // of one connection
inline constexpr std::size_t mapped_texts = 60;
inline constexpr std::size_t mapped_text_length = 1'000;
inline constexpr std::chrono::seconds peer_patience{15};  // from name to last byte
inline constexpr std::size_t comment_length = 2'000;      // code points of what is noted on a case
inline constexpr std::size_t peer_words = 200;            // code points kept of what they say is wrong
inline constexpr std::int64_t failures_to_open = 3;
inline constexpr std::chrono::hours rest_most{6};
inline constexpr std::chrono::hours window_overlap{24};  // requests may be published late
inline constexpr std::chrono::days window_most{30};      // GeoReport v2 lets servers refuse more than 90
inline constexpr std::chrono::minutes window_least{1};
inline constexpr int windows_of_round = 24;
inline constexpr std::size_t links_of_round = 200;
inline constexpr std::size_t ids_of_question = 50;
inline constexpr std::chrono::days closed_watched{30};  // for being opened again
inline constexpr std::chrono::seconds lease{60};
inline constexpr std::chrono::seconds lease_renewal{15};

}  // namespace jingwei::open311::limits
