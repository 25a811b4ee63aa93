// Fuzzes whole files: gzip, zip, workbooks, JSON documents and text. Any bytes give rows or an error that has
// a sentence, and reading ends.
#include <cstring>

#include "modules/ingest/messages.gen.h"
#include "modules/ingest/reading/file_rows.h"

namespace {

class InputFile final : public jingwei::File {
 public:
  explicit InputFile(std::string_view bytes) : bytes_(bytes) {}
  jingwei::Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t size = std::min<std::size_t>(into.size(), bytes_.size() - offset);
    std::memcpy(into.data(), bytes_.data() + offset, size);
    return size;
  }
  jingwei::Result<void> write(std::uint64_t, std::span<const std::byte>) override { return jingwei::Error(); }
  jingwei::Result<void> truncate(std::uint64_t) override { return jingwei::Error(); }
  jingwei::Result<void> sync() override { return jingwei::Error(); }
  jingwei::Result<std::uint64_t> size() override { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::ingest;
  auto reader =
      open_file(std::make_unique<InputFile>(std::string_view(reinterpret_cast<const char*>(data), size)));
  if (!reader.ok()) return 0;
  Row row;
  for (;;) {
    const auto more = (*reader)->next(row);
    if (!more || !*more) break;
    JW_ASSERT(row.problem != RowProblem::none || row.cells.size() == (*reader)->columns().size());
  }
  return 0;
}
