// A source whose first bytes can be looked at before it is read.
#pragma once

#include <cstring>
#include <memory>
#include <string>

#include "modules/ingest/reading/encoding.h"

namespace jingwei::ingest {

class PeekedSource final : public ByteSource {
 public:
  explicit PeekedSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  // Up to `bytes` of the beginning; fewer at the end or before damage. Call once, before reading.
  Result<std::string_view> peek(std::size_t bytes) {
    begun_.resize(bytes);
    std::size_t size = 0;
    while (size < bytes) {
      auto got = source_->read(std::as_writable_bytes(std::span(begun_).subspan(size)));
      if (!got && size > 0) break;  // it will say so again
      if (!got) return std::move(got).error();
      if (*got == 0) break;
      size += *got;
    }
    begun_.resize(size);
    return std::string_view(begun_);
  }

  Result<std::size_t> read(std::span<std::byte> into) override {
    if (at_ == begun_.size()) return source_->read(into);
    const std::size_t size = std::min(into.size(), begun_.size() - at_);
    std::memcpy(into.data(), begun_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string begun_;
  std::size_t at_ = 0;
};

}  // namespace jingwei::ingest
