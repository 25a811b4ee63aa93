// Bytes in, UTF-8 out: what encoding a file has, and a stream that decodes it in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"

namespace jingwei::ingest {

// Bytes pulled by whoever reads them. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills at most `into` and returns how many bytes; 0 only at the end. Errors: those of the file or
  // connection behind.
  virtual Result<std::size_t> read(std::span<std::byte> into) = 0;
};

// Reads `file` from its beginning; takes it over.
std::unique_ptr<ByteSource> source_of(std::unique_ptr<File> file);
// Reads bytes that the caller keeps alive.
std::unique_ptr<ByteSource> source_of(std::string_view bytes);

enum class Encoding : std::uint8_t { utf8, utf16_le, utf16_be, gb18030, big5 };

// Name as people know it: "UTF-8", "UTF-16LE", "UTF-16BE", "GB18030", "Big5" (with the characters of Hong
// Kong).
std::string_view name_of(Encoding encoding);

// Guesses from the beginning of a file; `whole` says that the sample is all there is. A byte order mark
// decides; then text that is UTF-8 but for few bytes is UTF-8; then zero bytes tell UTF-16; the rest is
// GB18030 or Big5, whichever makes its characters the likelier ones (double_byte.h), GB18030 where both do.
// Errors: unsupported ("ingest.not_text": PDF, ZIP and Excel, gzip, images; "ingest.encoding_unknown").
Result<Encoding> detect_encoding(std::string_view sample, bool whole);

// How many bytes of the beginning detection looks at.
inline constexpr std::size_t encoding_sample_bytes = 1 << 20;

// UTF-8 without byte order mark, from `source` in `encoding`. A byte that cannot be decoded comes out as
// 0xFF, which no UTF-8 text holds, so that the row reader refuses that row instead of passing garbage on;
// UTF-8 input passes as it is. `begun` are bytes already taken from `source` (the sample); they come first.
std::unique_ptr<ByteSource> decode(std::unique_ptr<ByteSource> source, Encoding encoding, std::string begun);

struct DecodedSource {
  std::unique_ptr<ByteSource> source;
  Encoding encoding;
};
// Takes a sample, detects, decodes. Errors: those of detect_encoding and of the source.
Result<DecodedSource> decode_detected(std::unique_ptr<ByteSource> source);

}  // namespace jingwei::ingest
