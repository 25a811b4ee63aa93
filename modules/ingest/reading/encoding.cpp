#include "modules/ingest/reading/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ustring.h>

#include "base/text.h"
#include "modules/ingest/reading/double_byte.h"

namespace jingwei::ingest {

namespace {

class FileSource final : public ByteSource {
 public:
  explicit FileSource(std::unique_ptr<File> file) : file_(std::move(file)) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    JW_ASSIGN(const std::size_t got, file_->read(offset_, into));
    offset_ += got;
    return got;
  }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t offset_ = 0;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    const std::size_t size = std::min(into.size(), rest_.size());
    if (size != 0) std::memcpy(into.data(), rest_.data(), size);
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
};

// Hands out bytes already read, then the rest of the source.
class BegunSource final : public ByteSource {
 public:
  BegunSource(std::unique_ptr<ByteSource> source, std::string begun, std::size_t skip)
      : source_(std::move(source)), begun_(std::move(begun)), at_(std::min(skip, begun_.size())) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    if (at_ == begun_.size()) return source_->read(into);
    const std::size_t size = std::min(into.size(), begun_.size() - at_);
    std::memcpy(into.data(), begun_.data() + at_, size);
    at_ += size;
    if (at_ == begun_.size()) {
      begun_ = {};
      at_ = 0;
    }
    return size;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string begun_;
  std::size_t at_;
};

// Gives up at once: stands behind what a source gave before it failed.
class FailedSource final : public ByteSource {
 public:
  explicit FailedSource(Error error) : error_(std::move(error)) {}
  Result<std::size_t> read(std::span<std::byte>) override { return error_; }

 private:
  Error error_;
};

// The converter writes this private character for bytes it cannot read; it goes out as 0xFF.
constexpr UChar bad_mark = 0xFFFF;

extern "C" void mark_bad_bytes(const void*, UConverterToUnicodeArgs* arguments, const char*, std::int32_t,
                               UConverterCallbackReason reason, UErrorCode* fault) {
  if (reason > UCNV_IRREGULAR) return;
  *fault = U_ZERO_ERROR;
  ucnv_cbToUWriteUChars(arguments, &bad_mark, 1, 0, fault);
}

UConverter* open_converter(Encoding encoding) {
  UErrorCode fault = U_ZERO_ERROR;
  const char* name = encoding == Encoding::utf16_le   ? "UTF-16LE"
                     : encoding == Encoding::utf16_be ? "UTF-16BE"
                     : encoding == Encoding::big5     ? "Big5-HKSCS"
                                                      : "GB18030";
  UConverter* converter = ucnv_open(name, &fault);
  JW_ASSERT(U_SUCCESS(fault));
  ucnv_setToUCallBack(converter, mark_bad_bytes, nullptr, nullptr, nullptr, &fault);
  JW_ASSERT(U_SUCCESS(fault));
  return converter;
}

class ConvertingSource final : public ByteSource {
 public:
  ConvertingSource(std::unique_ptr<ByteSource> source, Encoding encoding)
      : source_(std::move(source)),
        converter_(open_converter(encoding)),
        in_(chunk_bytes),
        units_(chunk_bytes) {}
  ~ConvertingSource() override { ucnv_close(converter_); }
  ConvertingSource(const ConvertingSource&) = delete;
  ConvertingSource& operator=(const ConvertingSource&) = delete;

  Result<std::size_t> read(std::span<std::byte> into) override {
    while (at_ == out_.size() && !ended_) JW_TRY(convert_chunk());
    const std::size_t size = std::min(into.size(), out_.size() - at_);
    if (size != 0) std::memcpy(into.data(), out_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  static constexpr std::size_t chunk_bytes = 64 * 1024;

  Result<void> convert_chunk() {
    out_.clear();
    at_ = 0;
    JW_ASSIGN(const std::size_t got, source_->read(std::as_writable_bytes(std::span(in_))));
    ended_ = got == 0;
    const char* from = in_.data();
    const char* const from_end = from + got;
    for (;;) {
      UErrorCode fault = U_ZERO_ERROR;
      UChar* to = units_.data();
      ucnv_toUnicode(converter_, &to, units_.data() + units_.size(), &from, from_end, nullptr, ended_,
                     &fault);
      append_units(std::span(units_.data(), to));
      if (fault == U_BUFFER_OVERFLOW_ERROR) continue;
      if (U_FAILURE(fault))
        return Error(ErrorCode::invalid, "ingest.encoding_unknown").because(u_errorName(fault));
      return {};
    }
  }

  void append_units(std::span<const UChar> units) {
    for (const UChar unit : units) {
      if (high_ != 0) {
        const UChar high = std::exchange(high_, UChar{0});
        if (U16_IS_TRAIL(unit)) {
          text::append_code_point(out_, static_cast<char32_t>(U16_GET_SUPPLEMENTARY(high, unit)));
          continue;
        }
        out_ += '\xFF';
      }
      if (unit < 0x80) {
        out_ += static_cast<char>(unit);
      } else if (U16_IS_LEAD(unit)) {
        high_ = unit;
      } else if (unit == bad_mark || U16_IS_TRAIL(unit)) {
        out_ += '\xFF';
      } else {
        text::append_code_point(out_, unit);
      }
    }
  }

  std::unique_ptr<ByteSource> source_;
  UConverter* converter_;
  std::vector<char> in_;
  std::vector<UChar> units_;
  std::string out_;
  std::size_t at_ = 0;
  UChar high_ = 0;
  bool ended_ = false;
};

// Share of a sample that is UTF-8 of two bytes and more, against bytes that are not UTF-8.
struct Utf8Evidence {
  std::size_t sequences = 0;  // of three bytes and more: GB18030 text hardly forms them by chance
  std::size_t bad_bytes = 0;
};

Utf8Evidence weigh_utf8(std::string_view sample, bool whole) {
  Utf8Evidence evidence;
  for (std::size_t at = 0; at < sample.size();) {
    const std::size_t begin = at;
    const char32_t point = text::next_code_point(sample, at);
    if (at - begin >= 3) ++evidence.sequences;
    // The sample may end inside a sequence.
    if (point == 0xFFFD && at - begin == 1 && (whole || sample.size() - begin > 3)) ++evidence.bad_bytes;
  }
  return evidence;
}

bool is_binary(std::string_view sample) {
  using namespace std::string_view_literals;
  for (const std::string_view mark :
       {"%PDF-"sv, "PK\x03\x04"sv, "\x1F\x8B"sv, "\xD0\xCF\x11\xE0"sv, "\x89PNG"sv, "\xFF\xD8\xFF"sv,
        "Rar!"sv, "7z\xBC\xAF"sv, "SQLite format 3"sv}) {
    if (sample.starts_with(mark)) return true;
  }
  return false;
}

std::size_t bad_characters(Encoding encoding, std::string_view sample, std::size_t& characters) {
  auto source = decode(source_of(sample), encoding, {});
  std::vector<char> buffer(64 * 1024);
  std::size_t bad = 0;
  characters = 0;
  for (;;) {
    const auto got = source->read(std::as_writable_bytes(std::span(buffer)));
    if (!got.ok() || *got == 0) return bad;
    for (std::size_t i = 0; i < *got; ++i) {
      bad += buffer[i] == '\xFF';
      characters += (static_cast<unsigned char>(buffer[i]) & 0xC0) != 0x80;
    }
  }
}

}  // namespace

std::unique_ptr<ByteSource> source_of(std::unique_ptr<File> file) {
  return std::make_unique<FileSource>(std::move(file));
}

std::unique_ptr<ByteSource> source_of(std::string_view bytes) {
  return std::make_unique<MemorySource>(bytes);
}

std::string_view name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return "UTF-8";
    case Encoding::utf16_le:
      return "UTF-16LE";
    case Encoding::utf16_be:
      return "UTF-16BE";
    case Encoding::gb18030:
      return "GB18030";
    case Encoding::big5:
      return "Big5";
  }
  return "";
}

Result<Encoding> detect_encoding(std::string_view sample, bool whole) {
  using namespace std::string_view_literals;
  if (sample.starts_with("\xEF\xBB\xBF"sv)) return Encoding::utf8;
  if (sample.starts_with("\xFF\xFE"sv)) return Encoding::utf16_le;
  if (sample.starts_with("\xFE\xFF"sv)) return Encoding::utf16_be;
  if (is_binary(sample)) return Error(ErrorCode::unsupported, "ingest.not_text");
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < sample.size(); ++i) zeros[i & 1] += sample[i] == '\0';
  const Utf8Evidence evidence = weigh_utf8(sample, whole);
  // Chinese text in UTF-16 is never UTF-8; in Latin text nearly every second byte is zero. Fewer zeros are
  // damage.
  const std::size_t zeros_expected = sample.size() / (evidence.bad_bytes > 0 ? 8 : 3);
  if (zeros[1] > zeros_expected && zeros[0] * 16 < zeros[1]) return Encoding::utf16_le;
  if (zeros[0] > zeros_expected && zeros[1] * 16 < zeros[0]) return Encoding::utf16_be;
  if (evidence.bad_bytes == 0 || evidence.sequences > evidence.bad_bytes * 10) return Encoding::utf8;
  if ((zeros[0] + zeros[1]) * 20 <= sample.size()) {
    const bool big5_first = looks_like_big5(sample);
    for (const Encoding encoding :
         {big5_first ? Encoding::big5 : Encoding::gb18030, big5_first ? Encoding::gb18030 : Encoding::big5}) {
      std::size_t characters = 0;
      if (bad_characters(encoding, sample, characters) * 20 <= characters) return encoding;
    }
  }
  return Error(ErrorCode::unsupported, "ingest.encoding_unknown");
}

std::unique_ptr<ByteSource> decode(std::unique_ptr<ByteSource> source, Encoding encoding, std::string begun) {
  std::size_t mark = 0;
  if (encoding == Encoding::utf8 && begun.starts_with("\xEF\xBB\xBF")) mark = 3;
  if (encoding == Encoding::utf16_le && begun.starts_with("\xFF\xFE")) mark = 2;
  if (encoding == Encoding::utf16_be && begun.starts_with("\xFE\xFF")) mark = 2;
  auto joined = begun.empty() ? std::move(source)
                              : std::make_unique<BegunSource>(std::move(source), std::move(begun), mark);
  if (encoding == Encoding::utf8) return joined;
  return std::make_unique<ConvertingSource>(std::move(joined), encoding);
}

Result<DecodedSource> decode_detected(std::unique_ptr<ByteSource> source) {
  std::string sample(encoding_sample_bytes, '\0');
  std::size_t size = 0;
  bool whole = false;
  while (size < sample.size() && !whole) {
    auto got = source->read(std::as_writable_bytes(std::span(sample).subspan(size)));
    if (!got) {
      if (size == 0) return std::move(got).error();
      source = std::make_unique<FailedSource>(std::move(got).error());
      break;
    }
    size += *got;
    whole = *got == 0;
  }
  sample.resize(size);
  JW_ASSIGN(const Encoding encoding, detect_encoding(sample, whole));
  return DecodedSource{decode(std::move(source), encoding, std::move(sample)), encoding};
}

}  // namespace jingwei::ingest
