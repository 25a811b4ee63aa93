// A Merkle log after RFC 9162 §2.1: an append-only list whose root commits to every leaf and its place.
//
// Hashes are kept in tiles of 256: tile (level, index) holds the roots of the complete subtrees of
// 2^(8·level) leaves numbered 256·index … 256·index+255, 32 bytes each. Level 0 are the leaf hashes. A tile
// at the right edge is shorter and grows. Proofs touch one or two tiles a level.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jingwei::crypto {

using Hash = std::array<std::uint8_t, 32>;

// SHA-256.
Hash sha256(std::string_view bytes);
std::string to_hex(const Hash& hash);
// None when the text is not 64 hexadecimal digits.
std::optional<Hash> hash_from_hex(std::string_view text);

// SHA-256(0x00 ‖ entry) and SHA-256(0x01 ‖ left ‖ right).
Hash leaf_hash(std::string_view entry);
Hash node_hash(const Hash& left, const Hash& right);

inline constexpr std::uint64_t tile_width = 256;

struct TileName {
  int level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const TileName&) const = default;
};

// Gives the bytes of a tile; an unknown tile is an empty string.
using ReadTile = std::function<Result<std::string>(TileName)>;

// Appends leaves. Holds only the tiles at the right edge.
class MerkleLog {
 public:
  // A log of `size` leaves whose tiles stand behind `read`. Errors: those of `read`, corrupt
  // "crypto.tile_short" when a tile of the edge holds less than the size says.
  static Result<MerkleLog> open(std::uint64_t size, const ReadTile& read);

  void append(const Hash& leaf);
  std::uint64_t size() const { return size_; }
  // The root of all leaves; SHA-256 of nothing for an empty log.
  Hash root() const;
  // The tiles that were filled since the last call, and those of the edge as they stand.
  std::map<TileName, std::string> take_changed();

 private:
  std::uint64_t size_ = 0;
  std::vector<std::string> edge_;  // by level, the hashes of the unfinished tile
  std::map<TileName, std::string> full_;
};

// The root of the first `size` leaves. Errors: those of `read`; corrupt "crypto.tile_short".
Result<Hash> merkle_root(std::uint64_t size, const ReadTile& read);
// The hashes from the leaf's sibling up to the root (RFC 9162 §2.1.3.1). Errors: invalid
// "crypto.outside_log", those of merkle_root.
Result<std::vector<Hash>> inclusion_proof(std::uint64_t leaf, std::uint64_t size, const ReadTile& read);
// That the log of `first` leaves is the beginning of the log of `second` (§2.1.4.1). Errors: as above.
Result<std::vector<Hash>> consistency_proof(std::uint64_t first, std::uint64_t second, const ReadTile& read);

// What an outsider computes (§2.1.3.2, §2.1.4.2).
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      const std::vector<Hash>& proof, const Hash& root);
bool verify_consistency(std::uint64_t first, std::uint64_t second, const Hash& first_root,
                        const Hash& second_root, const std::vector<Hash>& proof);

}  // namespace jingwei::crypto
