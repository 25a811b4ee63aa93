#include "crypto/merkle.h"

#include <openssl/sha.h>

#include <bit>
#include <cstring>
#include <utility>

namespace jingwei::crypto {

namespace {

constexpr int tile_bits = 8;
constexpr std::size_t hash_size = 32;

void put(std::string& tile, const Hash& hash) {
  tile.append(reinterpret_cast<const char*>(hash.data()), hash.size());
}

// The root of a complete piece of a tile: a power of two of hashes, at most 256.
Hash fold(std::string_view hashes) {
  std::vector<Hash> level(hashes.size() / hash_size);
  std::memcpy(level.data(), hashes.data(), hashes.size());
  while (level.size() > 1) {
    for (std::size_t i = 0; i < level.size() / 2; ++i) level[i] = node_hash(level[2 * i], level[2 * i + 1]);
    level.resize(level.size() / 2);
  }
  return level.front();
}

// The largest power of two below n (n > 1).
std::uint64_t split(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

// Roots of ranges of leaves, tiles read once.
class Ranges {
 public:
  explicit Ranges(const ReadTile& read) : read_(read) {}

  // begin is a multiple of the largest power of two that is not above end - begin.
  Result<Hash> root(std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t count = end - begin;
    if (std::has_single_bit(count)) return complete(std::countr_zero(count), begin);
    const std::uint64_t left = split(count);
    JW_ASSIGN(const Hash a, root(begin, begin + left));
    JW_ASSIGN(const Hash b, root(begin + left, end));
    return node_hash(a, b);
  }

  // The leaf inside [begin, end): RFC 9162's PATH, from below.
  Result<void> path(std::uint64_t leaf, std::uint64_t begin, std::uint64_t end, std::vector<Hash>& proof) {
    if (end - begin == 1) return {};
    const std::uint64_t middle = begin + split(end - begin);
    if (leaf < middle) {
      JW_TRY(path(leaf, begin, middle, proof));
      JW_ASSIGN(const Hash right, root(middle, end));
      proof.push_back(right);
    } else {
      JW_TRY(path(leaf, middle, end, proof));
      JW_ASSIGN(const Hash left, root(begin, middle));
      proof.push_back(left);
    }
    return {};
  }

  // RFC 9162's SUBPROOF: `first` ends inside [begin, end) or at its end.
  Result<void> subproof(std::uint64_t first, std::uint64_t begin, std::uint64_t end, bool known,
                        std::vector<Hash>& proof) {
    if (first == end) {
      if (!known) {
        JW_ASSIGN(const Hash own, root(begin, end));
        proof.push_back(own);
      }
      return {};
    }
    const std::uint64_t middle = begin + split(end - begin);
    if (first <= middle) {
      JW_TRY(subproof(first, begin, middle, known, proof));
      JW_ASSIGN(const Hash right, root(middle, end));
      proof.push_back(right);
    } else {
      JW_TRY(subproof(first, middle, end, false, proof));
      JW_ASSIGN(const Hash left, root(begin, middle));
      proof.push_back(left);
    }
    return {};
  }

 private:
  // The complete subtree of 2^power leaves that begins at `begin`.
  Result<Hash> complete(int power, std::uint64_t begin) {
    const int level = power / tile_bits;
    const std::uint64_t first = begin >> (level * tile_bits);
    const std::size_t count = std::size_t{1} << (power % tile_bits);
    JW_ASSIGN(const std::string* tile, tile_of({level, first / tile_width}));
    const std::size_t offset = (first % tile_width) * hash_size;
    if (tile->size() < offset + count * hash_size) {
      return Error(ErrorCode::corrupt, "crypto.tile_short")
          .with("level", std::to_string(level))
          .with("index", std::to_string(first / tile_width));
    }
    return fold(std::string_view(*tile).substr(offset, count * hash_size));
  }

  Result<const std::string*> tile_of(TileName name) {
    if (const auto at = tiles_.find(name); at != tiles_.end()) return &at->second;
    JW_ASSIGN(std::string tile, read_(name));
    return &tiles_.emplace(name, std::move(tile)).first->second;
  }

  const ReadTile& read_;
  std::map<TileName, std::string> tiles_;
};

Error outside(std::uint64_t wanted, std::uint64_t size) {
  return Error(ErrorCode::invalid, "crypto.outside_log")
      .with("wanted", std::to_string(wanted))
      .with("size", std::to_string(size));
}

}  // namespace

Hash sha256(std::string_view bytes) {
  Hash hash;
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  return hash;
}

std::string to_hex(const Hash& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : hash) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<Hash> hash_from_hex(std::string_view text) {
  Hash hash{};
  if (text.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    hash[i / 2] = static_cast<std::uint8_t>(hash[i / 2] << 4 | digit);
  }
  return hash;
}

Hash leaf_hash(std::string_view entry) {
  std::string bytes(1, '\0');
  bytes += entry;
  return sha256(bytes);
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<unsigned char, 1 + 2 * hash_size> bytes;
  bytes[0] = 1;
  std::memcpy(bytes.data() + 1, left.data(), hash_size);
  std::memcpy(bytes.data() + 1 + hash_size, right.data(), hash_size);
  Hash hash;
  ::SHA256(bytes.data(), bytes.size(), hash.data());
  return hash;
}

Result<MerkleLog> MerkleLog::open(std::uint64_t size, const ReadTile& read) {
  MerkleLog log;
  log.size_ = size;
  for (int level = 0; (size >> (level * tile_bits)) > 0; ++level) {
    const std::uint64_t hashes = size >> (level * tile_bits);
    const std::size_t wanted = hashes % tile_width * hash_size;
    std::string tile;
    if (wanted > 0) {
      JW_ASSIGN(tile, read({level, hashes / tile_width}));
      if (tile.size() < wanted) {
        return Error(ErrorCode::corrupt, "crypto.tile_short")
            .with("level", std::to_string(level))
            .with("index", std::to_string(hashes / tile_width));
      }
      tile.resize(wanted);
    }
    log.edge_.push_back(std::move(tile));
  }
  return log;
}

void MerkleLog::append(const Hash& leaf) {
  Hash hash = leaf;
  ++size_;
  for (int level = 0;; ++level) {
    if (edge_.size() == static_cast<std::size_t>(level)) edge_.emplace_back();
    std::string& tile = edge_[static_cast<std::size_t>(level)];
    put(tile, hash);
    if (tile.size() < tile_width * hash_size) return;
    hash = fold(tile);
    full_[{level, (size_ >> (level * tile_bits)) / tile_width - 1}] = std::exchange(tile, {});
  }
}

Hash MerkleLog::root() const {
  if (size_ == 0) return sha256("");
  // The edge holds every complete subtree that no larger one covers; joined from the right.
  std::optional<Hash> root;
  for (const std::string& tile : edge_) {
    std::size_t end = tile.size() / hash_size;
    while (end > 0) {
      const std::size_t count = std::size_t{1} << std::countr_zero(end);
      const Hash left = fold(std::string_view(tile).substr((end - count) * hash_size, count * hash_size));
      root = root ? node_hash(left, *root) : left;
      end -= count;
    }
  }
  return *root;
}

std::map<TileName, std::string> MerkleLog::take_changed() {
  auto changed = std::exchange(full_, {});
  for (std::size_t level = 0; level < edge_.size(); ++level) {
    if (edge_[level].empty()) continue;
    const TileName name{static_cast<int>(level), (size_ >> (level * tile_bits)) / tile_width};
    changed[name] = edge_[level];
  }
  return changed;
}

Result<Hash> merkle_root(std::uint64_t size, const ReadTile& read) {
  if (size == 0) return sha256("");
  return Ranges(read).root(0, size);
}

Result<std::vector<Hash>> inclusion_proof(std::uint64_t leaf, std::uint64_t size, const ReadTile& read) {
  if (leaf >= size) return outside(leaf, size);
  std::vector<Hash> proof;
  JW_TRY(Ranges(read).path(leaf, 0, size, proof));
  return proof;
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t first, std::uint64_t second, const ReadTile& read) {
  if (first == 0 || first > second) return outside(first, second);
  std::vector<Hash> proof;
  JW_TRY(Ranges(read).subproof(first, 0, second, true, proof));
  return proof;
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      const std::vector<Hash>& proof, const Hash& root) {
  if (index >= size) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Hash reached = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) == 1 || node == last) {
      reached = node_hash(sibling, reached);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      reached = node_hash(reached, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && reached == root;
}

bool verify_consistency(std::uint64_t first, std::uint64_t second, const Hash& first_root,
                        const Hash& second_root, const std::vector<Hash>& proof) {
  if (first == 0 || first > second) return false;
  if (first == second) return proof.empty() && first_root == second_root;
  std::vector<Hash> path = proof;
  if (std::has_single_bit(first)) path.insert(path.begin(), first_root);
  if (path.empty()) return false;
  std::uint64_t node = first - 1;
  std::uint64_t last = second - 1;
  while ((node & 1) == 1) {
    node >>= 1;
    last >>= 1;
  }
  Hash of_first = path.front();
  Hash of_second = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) == 1 || node == last) {
      of_first = node_hash(path[i], of_first);
      of_second = node_hash(path[i], of_second);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      of_second = node_hash(of_second, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && of_first == first_root && of_second == second_root;
}

}  // namespace jingwei::crypto
