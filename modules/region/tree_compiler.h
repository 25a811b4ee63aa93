// From divisions to a tree file, keeping surrogate ids from one edition to the next.
#pragma once

#include <string>
#include <vector>

#include "modules/region/division_package.h"
#include "modules/region/tree_file.h"

namespace jingwei::region {

// `old_code` became `new_code`; several lines for a split, several with one new code for a merger.
struct Succession {
  std::string old_code;
  std::string new_code;
};

struct CompileInput {
  std::vector<SourceRegion> regions;
  Day edition{};                             // from when these divisions hold
  std::shared_ptr<const TreeFile> previous;  // may be null
  std::vector<Succession> successions;
};

struct CompileReport {
  std::size_t kept_ids = 0;
  std::size_t new_ids = 0;
  std::size_t ended = 0;  // codes of the previous edition that are gone; their ids keep resolving
  std::vector<std::size_t> per_level;
  std::vector<std::string> notes;
};

struct Compiled {
  TreeContent content;
  CompileReport report;
};

// An id persists while its code does. A code that disappeared is listed as ended on the edition's day, with
// its successors. Errors: invalid "region.parent_missing" (a region whose parent is not among them),
// "region.code_taken" (one code twice).
Result<Compiled> compile_tree(const CompileInput& input);

// "parent code/name" → code for every region of an edition (read_division_package).
std::vector<std::pair<std::string, std::uint64_t>> assigned_codes(const TreeFile& file);

// Lines "old,new"; '#' begins a comment. Errors: invalid "region.line_invalid".
Result<std::vector<Succession>> parse_successions(std::string_view text);

}  // namespace jingwei::region
