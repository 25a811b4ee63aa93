// One flat JSON object as a row; keys become columns in the order they appear.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

// The text without the white space of JSON at its end.
std::string_view without_end(std::string_view text);

// Not thread-safe.
class JsonRowParser {
 public:
  JsonRowParser();
  ~JsonRowParser();

  // Fills cells and problem of `row`; views live until the next call. Behind `text` stand LineBuffer::padding
  // readable bytes.
  void parse(std::string_view text, Row& row);
  std::span<const std::string> columns() const;
  // Grows with columns().
  std::uint32_t columns_version() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jingwei::ingest
