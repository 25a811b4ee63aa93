#include "crypto/merkle.h"

#include <gtest/gtest.h>

#include <bit>

namespace jingwei::crypto {
namespace {

Hash leaf(std::uint64_t i) {
  return leaf_hash("entry " + std::to_string(i));
}

// RFC 9162's definition word for word, slow: the judge of the tiles.
Hash defined_root(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return sha256("");
  if (end - begin == 1) return leaf(begin);
  const std::uint64_t k = std::bit_floor(end - begin - 1);
  return node_hash(defined_root(begin, begin + k), defined_root(begin + k, end));
}

class Tiles {
 public:
  void store(MerkleLog& log) {
    for (auto& [name, bytes] : log.take_changed()) tiles_[name] = bytes;
  }
  ReadTile read() {
    return [this](TileName name) -> Result<std::string> { return tiles_[name]; };
  }
  std::map<TileName, std::string>& tiles() { return tiles_; }

 private:
  std::map<TileName, std::string> tiles_;
};

TEST(Merkle, KnownAnswersOfCertificateTransparency) {
  // Test vectors published with RFC 6962's reference implementation.
  const std::vector<std::string> entries = {
      "",
      std::string(1, '\0'),
      std::string(1, '\x10'),
      std::string("\x20\x21", 2),
      std::string("\x30\x31", 2),
      "\x40\x41\x42\x43",
      "\x50\x51\x52\x53\x54\x55\x56\x57",
      "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  const std::vector<std::string> roots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Tiles tiles;
  MerkleLog log;
  EXPECT_EQ(to_hex(log.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    log.append(leaf_hash(entries[i]));
    EXPECT_EQ(to_hex(log.root()), roots[i]) << i + 1 << " entries";
  }
}

TEST(Merkle, RootsAreTheDefinedOnesAcrossTileBorders) {
  Tiles tiles;
  MerkleLog log;
  std::uint64_t next = 0;
  for (const std::uint64_t size : {1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 1000}) {
    for (; next < size; ++next) log.append(leaf(next));
    tiles.store(log);
    EXPECT_EQ(log.root(), defined_root(0, size)) << size;
    EXPECT_EQ(merkle_root(size, tiles.read()).value(), log.root()) << size;
    log = MerkleLog::open(size, tiles.read()).value();  // as after a restart
    EXPECT_EQ(log.root(), defined_root(0, size)) << size;
  }
  // A root of the past stays computable from the tiles of today.
  for (const std::uint64_t size : {1, 200, 256, 700}) {
    EXPECT_EQ(merkle_root(size, tiles.read()).value(), defined_root(0, size));
  }
}

TEST(Merkle, ThreeLevelsOfTiles) {
  Tiles tiles;
  MerkleLog log;
  const std::uint64_t size = 66'000;
  for (std::uint64_t i = 0; i < size; ++i) log.append(leaf(i));
  tiles.store(log);
  EXPECT_TRUE(tiles.tiles().contains({2, 0}));
  EXPECT_EQ(log.root(), defined_root(0, size));
  for (const std::uint64_t index : {0ULL, 255ULL, 256ULL, 65'535ULL, 65'536ULL, 65'999ULL}) {
    const auto proof = inclusion_proof(index, size, tiles.read()).value();
    EXPECT_TRUE(verify_inclusion(leaf(index), index, size, proof, log.root())) << index;
    EXPECT_FALSE(verify_inclusion(leaf(index + 1), index, size, proof, log.root()));
  }
}

TEST(Merkle, EveryInclusionAndConsistencyProofOfSmallLogs) {
  Tiles tiles;
  MerkleLog log;
  std::vector<Hash> roots{log.root()};
  for (std::uint64_t size = 1; size <= 70; ++size) {
    log.append(leaf(size - 1));
    tiles.store(log);
    roots.push_back(log.root());
    for (std::uint64_t index = 0; index < size; ++index) {
      auto proof = inclusion_proof(index, size, tiles.read()).value();
      ASSERT_TRUE(verify_inclusion(leaf(index), index, size, proof, roots[size])) << index << " of " << size;
      ASSERT_FALSE(verify_inclusion(leaf(index), index, size, proof, roots[size - 1]));
      if (proof.empty()) continue;
      proof.back()[0] ^= 1;
      ASSERT_FALSE(verify_inclusion(leaf(index), index, size, proof, roots[size]));
      proof.back()[0] ^= 1;
      proof.push_back(proof.back());
      ASSERT_FALSE(verify_inclusion(leaf(index), index, size, proof, roots[size]));
    }
    for (std::uint64_t first = 1; first <= size; ++first) {
      const auto proof = consistency_proof(first, size, tiles.read()).value();
      ASSERT_TRUE(verify_consistency(first, size, roots[first], roots[size], proof)) << first << " " << size;
      ASSERT_FALSE(verify_consistency(first, size, roots[first - 1], roots[size], proof));
      ASSERT_FALSE(first < size && verify_consistency(first, size, roots[first], roots[size - 1], proof));
    }
  }
}

TEST(Merkle, WhatIsOutsideOrMissingIsSaid) {
  Tiles tiles;
  MerkleLog log;
  for (std::uint64_t i = 0; i < 300; ++i) log.append(leaf(i));
  tiles.store(log);
  EXPECT_EQ(inclusion_proof(300, 300, tiles.read()).error().message, "crypto.outside_log");
  EXPECT_EQ(consistency_proof(0, 300, tiles.read()).error().message, "crypto.outside_log");
  EXPECT_EQ(consistency_proof(301, 300, tiles.read()).error().message, "crypto.outside_log");
  tiles.tiles()[{0, 1}].resize(32);
  EXPECT_EQ(merkle_root(300, tiles.read()).error().message, "crypto.tile_short");
  EXPECT_EQ(MerkleLog::open(300, tiles.read()).error().message, "crypto.tile_short");
}

TEST(Merkle, HexadecimalBothWays) {
  const Hash hash = sha256("x");
  EXPECT_EQ(hash_from_hex(to_hex(hash)), hash);
  EXPECT_FALSE(hash_from_hex("00"));
  std::string text = to_hex(hash);
  text.back() = 'g';
  EXPECT_FALSE(hash_from_hex(text));
}

}  // namespace
}  // namespace jingwei::crypto
