#include "modules/ingest/reading/line_buffer.h"

#include <simdjson.h>

#include "base/limits.h"

namespace jingwei::ingest {

namespace {
// Reading more than a row at a time keeps moving the tail cheap.
constexpr std::size_t window_bytes = 2 * limits::row_bytes + 64 * 1024;
}  // namespace

LineBuffer::LineBuffer(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), bytes_(window_bytes + padding) {}

Result<void> LineBuffer::advance(std::size_t keep) {
  JW_ASSERT(keep <= end_);
  std::memmove(bytes_.data(), bytes_.data() + keep, end_ - keep);
  end_ -= keep;
  base_ += keep;
  return fill();
}

Result<void> LineBuffer::fill() {
  while (!ended_ && end_ < window_bytes) {
    const std::span room(bytes_.data() + end_, window_bytes - end_);
    auto got = source_->read(std::as_writable_bytes(room));
    if (!got) {
      failure_ = std::move(got).error();
      ended_ = true;
      break;
    }
    end_ += *got;
    ended_ = *got == 0;
  }
  std::memset(bytes_.data() + end_, 0, padding);
  // A sequence cut at the window's end is judged with the next window.
  std::size_t whole = end_;
  for (std::size_t back = 1; !ended_ && back <= 3 && back <= end_; ++back) {
    const auto byte = static_cast<unsigned char>(bytes_[end_ - back]);
    if (byte >= 0xC0) whole = end_ - back;
    if (byte < 0x80 || byte >= 0xC0) break;
  }
  doubtful_ = !simdjson::validate_utf8(bytes_.data(), whole);
  return {};
}

Result<std::size_t> LineBuffer::pass_line(std::size_t at) {
  for (;;) {
    while (at < end_ && bytes_[at] != '\n' && bytes_[at] != '\r') ++at;
    const bool line_feed_may_follow = at + 1 >= end_ && !ended_;
    if (at < end_ && !(bytes_[at] == '\r' && line_feed_may_follow)) {
      return at + (bytes_[at] == '\r' && at + 1 < end_ && bytes_[at + 1] == '\n' ? 2 : 1);
    }
    if (ended_) return end_;
    JW_TRY(advance(at));
    at = 0;
  }
}

Result<std::size_t> LineBuffer::pass_line_feed(std::size_t at) {
  for (;;) {
    const std::string_view rest(bytes_.data() + at, end_ - at);
    if (const std::size_t end = rest.find('\n'); end != std::string_view::npos) return at + end + 1;
    if (ended_) return end_;
    JW_TRY(advance(end_));
    at = 0;
  }
}

Result<void> LineBuffer::skip(std::uint64_t bytes) {
  while (bytes > 0) {
    const std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, end_));
    JW_TRY(advance(step));
    bytes -= step;
    if (step == 0 && ended_) break;
  }
  return {};
}

}  // namespace jingwei::ingest
