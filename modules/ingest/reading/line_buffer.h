// The window of decoded bytes that CSV and JSON Lines readers move over a stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "modules/ingest/reading/encoding.h"

namespace jingwei::ingest {

// Holds at least limits::row_bytes + 2 bytes from the row's beginning, or all that is left. Behind the last
// byte stand `padding` zero bytes, so that scanning may read blocks. Not thread-safe.
class LineBuffer {
 public:
  static constexpr std::size_t padding = 64;

  explicit LineBuffer(std::unique_ptr<ByteSource> source);

  const char* data() const { return bytes_.data(); }
  std::size_t end() const { return end_; }
  bool ended() const { return ended_; }  // nothing comes behind end()
  // Why the source gave up at end(). What came before it may be read; a row cut off there is not whole.
  const std::optional<Error>& failure() const { return failure_; }
  std::uint64_t offset_of(std::size_t at) const { return base_ + at; }
  // Some byte of the window may not be UTF-8: rows are looked at one by one.
  bool doubtful() const { return doubtful_; }
  std::size_t capacity() const { return bytes_.size(); }

  // Drops what lies before `keep`, which becomes 0, and reads more. Positions held by the caller move down by
  // `keep`.
  Result<void> advance(std::size_t keep);
  // Passes over the rest of a line too long for the window: the position behind the first line end at or
  // after `at`.
  Result<std::size_t> pass_line(std::size_t at);
  // The same where only a line feed ends a line: in JSON a lone return may stand between tokens.
  Result<std::size_t> pass_line_feed(std::size_t at);
  // Moves the stream's beginning forward by `bytes` (less at its end).
  Result<void> skip(std::uint64_t bytes);

 private:
  Result<void> fill();

  std::unique_ptr<ByteSource> source_;
  std::vector<char> bytes_;
  std::size_t end_ = 0;
  std::uint64_t base_ = 0;
  bool ended_ = false;
  std::optional<Error> failure_;
  bool doubtful_ = false;
};

}  // namespace jingwei::ingest
