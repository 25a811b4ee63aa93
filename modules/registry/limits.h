// The registry's own limits, by name.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace jingwei::registry::limits {

inline constexpr std::size_t portion_records = 2'000;  // linked in one transaction
inline constexpr std::size_t foretold_records =
    2'000;  // of a batch, that are left out to tell what its withdrawal would do
inline constexpr std::size_t near_links =
    16;  // of one identifier, of one record's candidates: looked at first
inline constexpr std::size_t companion_links = 64;  // of one subject, that are decided on with one of them
inline constexpr std::size_t component_links =
    2'000;                                          // of the same, when standing links change their subject
inline constexpr std::size_t component_rows = 64;   // different ones that are compared with all others
inline constexpr int component_rounds = 6;          // how far what belongs together is followed
inline constexpr int alias_steps = 16;              // from a subject that was merged to the one it is now
inline constexpr std::size_t weighed_links = 8;     // of each of two subjects, to tell why they were joined
inline constexpr std::size_t why_compared = 200;    // records that one of the same file is compared with
inline constexpr std::size_t copies_searched = 16;  // records that say the same, remembered for a search
// Of a search whose words stand in several records of a person: of one person, newest first; of all persons
// that are looked at; persons whose records are read at once. search::leading_most bounds the persons.
inline constexpr std::size_t together_links_each = 32;
inline constexpr std::size_t together_links = 8'000;
inline constexpr std::size_t together_portion = 100;
inline constexpr std::int64_t learned_records = 1'000'000;  // a model is learned from so many at most
inline constexpr std::int64_t learned_least = 100;
inline constexpr std::size_t learned_block_least = 20;     // rows: of a block among records drawn
inline constexpr std::int64_t learned_by_itself = 20'000;  // links; below, a synthetic city waits to be told
inline constexpr std::size_t doubts_a_record = 3;          // pairs of one record that go to people
inline constexpr std::size_t file_records = 2'000;         // records of one subject that its file shows
inline constexpr std::size_t said_records = 100;           // of one resource that tell a form of a subject
inline constexpr std::size_t typed_looked_at = 100;        // records of whom something typed is about
inline constexpr std::size_t identifiers_listed = 200;     // of one subject
inline constexpr std::size_t events_listed = 200;
inline constexpr std::size_t relations_listed = 500;
inline constexpr std::size_t reviews_offered = 200;     // looked through for one that the reviewer may see,
inline constexpr int review_pages = 10;                 // and so many times as many where there is none
inline constexpr std::size_t reason_length = 500;       // code points
inline constexpr std::size_t query_least = 2;           // bytes
inline constexpr std::size_t query_length = 100;        // code points
inline constexpr std::size_t comparison_page = 20'000;  // links read at once
inline constexpr std::size_t comparison_subjects = 10'000'000;  // of one side
inline constexpr std::size_t comparison_list = 20'000;          // numbers of an uploaded list
inline constexpr int runner_attempts = 50;
inline constexpr int overtaken_attempts = 200;  // a decision is taken anew when others came first
inline constexpr std::chrono::seconds runner_lease{30};
inline constexpr std::chrono::minutes review_lease{5};

}  // namespace jingwei::registry::limits
