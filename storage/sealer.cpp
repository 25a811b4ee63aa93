#include "storage/sealer.h"

#include "storage/digest.h"

namespace jingwei::storage {

namespace {

constexpr char plain_scheme = '\0';

class PlainSealer final : public Sealer {
 public:
  std::string seal(const Cell&, std::string_view plain) const override {
    std::string sealed(1, plain_scheme);
    sealed += plain;
    return sealed;
  }

  Result<std::string> open(const Cell& cell, std::string_view sealed) const override {
    if (sealed.empty() || sealed.front() != plain_scheme) {
      return Error(ErrorCode::corrupt, "storage.damaged")
          .because("unknown sealing scheme in " + std::string(cell.table) + '.' + std::string(cell.column));
    }
    return std::string(sealed.substr(1));
  }

  // The separators keep ("ab", "c") and ("a", "bc") apart.
  EqualityHash equality_hash(std::string_view table, std::string_view column,
                             std::string_view plain) const override {
    std::string whole(table);
    whole += '\x1f';
    whole += column;
    whole += '\x1f';
    whole += plain;
    EqualityHash hash{};
    sha256(whole).copy(hash.data(), hash.size());
    return hash;
  }
};

}  // namespace

void Sealer::equality_hashes(std::string_view table, std::string_view column,
                             std::span<const std::string_view> plains, std::span<EqualityHash> hashes) const {
  JW_ASSERT(plains.size() == hashes.size());
  for (std::size_t at = 0; at < plains.size(); ++at) hashes[at] = equality_hash(table, column, plains[at]);
}

std::unique_ptr<Sealer> plain_sealer() {
  return std::make_unique<PlainSealer>();
}

}  // namespace jingwei::storage
