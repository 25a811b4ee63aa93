#include "modules/ingest/reading/gzip_source.h"

#include <zlib.h>

#include "modules/ingest/reading/unpack_limit.h"

namespace jingwei::ingest {

namespace {

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)), packed_(chunk_bytes) {
    const int opened = inflateInit2(&stream_, 16 + MAX_WBITS);  // gzip, not zlib
    JW_ASSERT(opened == Z_OK);
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<std::size_t> read(std::span<std::byte> into) override {
    constexpr std::size_t step_most = 1 << 30;
    into = into.first(std::min(into.size(), step_most));
    for (;;) {
      if (failure_) return *failure_;
      if (done_ || into.empty()) return std::size_t{0};
      if (stream_.avail_in == 0) {
        JW_TRY(take_more());
        if (done_ || failure_) continue;
      }
      if (between_members_) {
        begin_member();
        continue;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(into.data());
      stream_.avail_out = static_cast<uInt>(into.size());
      const uInt before = stream_.avail_in;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      packed_taken_ += before - stream_.avail_in;
      const std::size_t got = into.size() - stream_.avail_out;
      unpacked_ += got;
      if (code == Z_STREAM_END) {
        between_members_ = true;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        failure_ = Error(ErrorCode::invalid, "ingest.gzip_damaged");
      }
      if (bursts(packed_taken_, unpacked_)) failure_ = burst_error();
      if (got > 0) return got;
    }
  }

 private:
  static constexpr std::size_t chunk_bytes = 128 * 1024;

  Result<void> take_more() {
    JW_ASSIGN(const std::size_t got, source_->read(std::as_writable_bytes(std::span(packed_))));
    stream_.next_in = reinterpret_cast<Bytef*>(packed_.data());
    stream_.avail_in = static_cast<uInt>(got);
    if (got > 0) return {};
    if (between_members_) {
      done_ = true;
    } else {
      failure_ = Error(ErrorCode::invalid, "ingest.gzip_truncated");
    }
    return {};
  }

  void begin_member() {
    if (*stream_.next_in == 0) {  // padding of a tape or a disk
      ++stream_.next_in;
      --stream_.avail_in;
      ++packed_taken_;
      return;
    }
    const int reset = inflateReset(&stream_);
    JW_ASSERT(reset == Z_OK);
    between_members_ = false;
  }

  std::unique_ptr<ByteSource> source_;
  std::vector<char> packed_;
  z_stream stream_{};
  std::uint64_t packed_taken_ = 0, unpacked_ = 0;
  bool between_members_ = false;
  bool done_ = false;
  std::optional<Error> failure_;
};

}  // namespace

std::unique_ptr<ByteSource> gunzip(std::unique_ptr<ByteSource> source) {
  return std::make_unique<GzipSource>(std::move(source));
}

}  // namespace jingwei::ingest
