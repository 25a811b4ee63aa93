// Fuzzes what stands inside a workbook: sheets, shared texts, styles. Any of it gives rows or an error that has a sentence, reading
// ends.
#include <cstring>

#include "base/messages.h"
#include "modules/ingest/messages.gen.h"
#include "modules/ingest/reading/file_rows.h"
#include "tests/support/fuzzed_workbook.h"

namespace {

using namespace jingwei::ingest;

class InputFile final : public jingwei::File {
 public:
  explicit InputFile(std::string bytes) : bytes_(std::move(bytes)) {}
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
  std::string bytes_;
};

void expect_sentence(const jingwei::Error& error) {
  for (const auto language : {jingwei::Language::zh, jingwei::Language::en})
    JW_ASSERT(jingwei::render(error, language) != error.message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool registered = (register_messages(), true);
  static_cast<void>(registered);
  const std::string book =
      jingwei::testing::fuzzed_workbook({reinterpret_cast<const char*>(data), size});
  auto reader = open_file(std::make_unique<InputFile>(book));
  if (!reader.ok()) {
    expect_sentence(reader.error());
    return 0;
  }
  Row row;
  for (;;) {
    const auto more = (*reader)->next(row);
    if (!more) expect_sentence(more.error());
    if (!more || !*more) break;
    JW_ASSERT(row.problem != RowProblem::none || row.cells.size() == (*reader)->columns().size());
  }
  return 0;
}
