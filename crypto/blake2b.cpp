#include "crypto/blake2b.h"

#include <openssl/crypto.h>

#include <cstdint>
#include <cstring>

#include "base/result.h"

namespace jingwei::crypto {

namespace {

using Blake2bHash = std::array<std::byte, hash_bytes>;

constexpr std::size_t block_bytes = 128, block_words = 16, state_words = 8;

constexpr std::array<std::uint64_t, state_words> initial = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

// Which word of the block goes where in each round; the last two rounds repeat the first two.
constexpr std::array<std::array<std::uint8_t, block_words>, 10> order = {{
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}};
constexpr std::size_t rounds = 12;

// One word of every text's.
template <std::size_t lanes>
struct Vector {
  // As wide as all lanes; may stand for an array of words.
  typedef std::uint64_t Words __attribute__((vector_size(lanes * sizeof(std::uint64_t)), may_alias));
};
template <std::size_t lanes>
using Words = typename Vector<lanes>::Words;

template <std::size_t lanes>
struct State {
  Words<lanes> words[state_words];
};
// The blocks that are taken next, word by word.
template <std::size_t lanes>
struct Blocks {
  alignas(lanes * sizeof(std::uint64_t)) std::uint64_t words[block_words][lanes];
  alignas(lanes * sizeof(std::uint64_t)) std::uint64_t counts[lanes];  // bytes taken when these are
  alignas(lanes * sizeof(std::uint64_t)) std::uint64_t lasts[lanes];   // all ones: nothing comes behind
};

// What only inlines into functions for one kind of machine takes and gives vectors by reference.
template <typename Word>
[[gnu::always_inline]] inline void rotate(Word& word, int by) {
  word = word >> by | word << (64 - by);
}

template <typename Word>
[[gnu::always_inline]] inline const Word& vector_at(const std::uint64_t* words) {
  return *reinterpret_cast<const Word*>(words);
}

// G of RFC 7693, section 3.1.
template <typename Word>
[[gnu::always_inline]] inline void mix(Word& a, Word& b, Word& c, Word& d, const std::uint64_t* x,
                                       const std::uint64_t* y) {
  a += b + vector_at<Word>(x);
  d ^= a;
  rotate(d, 32);
  c += d;
  b ^= c;
  rotate(b, 24);
  a += b + vector_at<Word>(y);
  d ^= a;
  rotate(d, 16);
  c += d;
  b ^= c;
  rotate(b, 63);
}

// F of RFC 7693, section 3.2, for all lanes.
template <std::size_t lanes>
[[gnu::always_inline]] inline void compress(State<lanes>& state, const Blocks<lanes>& blocks) {
  using Word = Words<lanes>;
  Word v[2 * state_words];
  for (std::size_t i = 0; i < state_words; ++i) {
    v[i] = state.words[i];
    v[state_words + i] = Word{} + initial[i];
  }
  v[12] ^= vector_at<Word>(blocks.counts);
  v[14] ^= vector_at<Word>(blocks.lasts);
#pragma GCC unroll 12
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto& at = order[round % order.size()];
    const auto& words = blocks.words;
    mix(v[0], v[4], v[8], v[12], words[at[0]], words[at[1]]);
    mix(v[1], v[5], v[9], v[13], words[at[2]], words[at[3]]);
    mix(v[2], v[6], v[10], v[14], words[at[4]], words[at[5]]);
    mix(v[3], v[7], v[11], v[15], words[at[6]], words[at[7]]);
    mix(v[0], v[5], v[10], v[15], words[at[8]], words[at[9]]);
    mix(v[1], v[6], v[11], v[12], words[at[10]], words[at[11]]);
    mix(v[2], v[7], v[8], v[13], words[at[12]], words[at[13]]);
    mix(v[3], v[4], v[9], v[14], words[at[14]], words[at[15]]);
  }
  for (std::size_t i = 0; i < state_words; ++i) state.words[i] ^= v[i] ^ v[state_words + i];
}

// One lane's text on its way.
struct Lane {
  std::size_t text = 0;
  std::size_t at = 0, size = 0;
  bool busy = false;
  char bytes[blake2b_most_bytes];  // prefix and text, zeros up to the end of the last block
};

void begin(Lane& lane, std::size_t text, std::string_view prefix, std::string_view bytes) {
  lane.text = text;
  lane.at = 0;
  lane.size = prefix.size() + bytes.size();
  lane.busy = true;
  JW_ASSERT(lane.size > 0 && lane.size <= blake2b_most_bytes);
  prefix.copy(lane.bytes, prefix.size());
  bytes.copy(lane.bytes + prefix.size(), bytes.size());
  const std::size_t whole = (lane.size + block_bytes - 1) / block_bytes * block_bytes;
  std::memset(lane.bytes + lane.size, 0, whole - lane.size);
}

// The key is the first block, before the text.
template <std::size_t lanes>
void put_key(Blocks<lanes>& blocks, std::span<const std::byte, secret_bytes> key) {
  blocks = {};
  for (std::size_t i = 0; i < key.size() / sizeof(std::uint64_t); ++i) {
    std::memcpy(&blocks.words[i][0], key.data() + i * sizeof(std::uint64_t), sizeof(std::uint64_t));
    for (std::size_t lane = 1; lane < lanes; ++lane) blocks.words[i][lane] = blocks.words[i][0];
  }
  for (auto& count : blocks.counts) count = block_bytes;
}

template <std::size_t lanes>
void put_block(Blocks<lanes>& blocks, std::size_t at, Lane& lane) {
  std::uint64_t words[block_words];
  std::memcpy(words, lane.bytes + lane.at, block_bytes);
  for (std::size_t i = 0; i < block_words; ++i) blocks.words[i][at] = words[i];
  lane.at = std::min(lane.at + block_bytes, lane.size);
  blocks.counts[at] = block_bytes + lane.at;
  blocks.lasts[at] = lane.at == lane.size ? ~std::uint64_t{0} : 0;
}

template <std::size_t lanes>
[[gnu::always_inline]] inline void hash_side_by_side(std::span<const std::byte, secret_bytes> key,
                                                     std::string_view prefix,
                                                     std::span<const std::string_view> texts,
                                                     std::span<Blake2bHash> hashes) {
  Blocks<lanes> blocks;
  State<lanes> begun, state;
  for (std::size_t i = 0; i < state_words; ++i) begun.words[i] = Words<lanes>{} + initial[i];
  begun.words[0] ^= Words<lanes>{} + (0x01010000 | secret_bytes << 8 | hash_bytes);
  put_key(blocks, key);
  compress(begun, blocks);

  Lane in[lanes];
  std::size_t next = 0, busy = 0;
  state = begun;
  for (std::size_t at = 0; at < lanes; ++at) {
    if (next == texts.size()) break;
    begin(in[at], next, prefix, texts[next]);
    ++next;
    ++busy;
  }
  while (busy > 0) {
    for (std::size_t at = 0; at < lanes; ++at) {
      if (in[at].busy) put_block(blocks, at, in[at]);
    }
    compress(state, blocks);
    for (std::size_t at = 0; at < lanes; ++at) {
      if (!in[at].busy || in[at].at < in[at].size) continue;
      const std::uint64_t words[] = {state.words[0][at], state.words[1][at]};
      std::memcpy(hashes[in[at].text].data(), words, hash_bytes);
      in[at].busy = false;
      --busy;
      if (next == texts.size()) continue;
      for (std::size_t i = 0; i < state_words; ++i) state.words[i][at] = begun.words[i][at];
      begin(in[at], next, prefix, texts[next]);
      ++next;
      ++busy;
    }
  }
  OPENSSL_cleanse(&blocks, sizeof blocks);
  OPENSSL_cleanse(&begun, sizeof begun);
  OPENSSL_cleanse(in, sizeof in);
}

#if defined(__x86_64__)
[[gnu::target("avx512f,avx512vl")]] void hash_by_eight(std::span<const std::byte, secret_bytes> key,
                                                       std::string_view prefix,
                                                       std::span<const std::string_view> texts,
                                                       std::span<Blake2bHash> hashes) {
  hash_side_by_side<8>(key, prefix, texts, hashes);
}
[[gnu::target("avx2")]] void hash_by_four_quickly(std::span<const std::byte, secret_bytes> key,
                                                  std::string_view prefix,
                                                  std::span<const std::string_view> texts,
                                                  std::span<Blake2bHash> hashes) {
  hash_side_by_side<4>(key, prefix, texts, hashes);
}
#endif

void hash_by_four(std::span<const std::byte, secret_bytes> key, std::string_view prefix,
                  std::span<const std::string_view> texts, std::span<Blake2bHash> hashes) {
  hash_side_by_side<4>(key, prefix, texts, hashes);
}

}  // namespace

Lanes lanes_of_this_machine() {
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (wide) return Lanes::eight;
#endif
  return Lanes::four;
}

void blake2b_many(Lanes lanes, std::span<const std::byte, secret_bytes> key, std::string_view prefix,
                  std::span<const std::string_view> texts, std::span<Blake2bHash> hashes) {
  JW_ASSERT(texts.size() == hashes.size());
  if (texts.empty()) return;
#if defined(__x86_64__)
  if (lanes == Lanes::eight) return hash_by_eight(key, prefix, texts, hashes);
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) return hash_by_four_quickly(key, prefix, texts, hashes);
#endif
  hash_by_four(key, prefix, texts, hashes);
}

}  // namespace jingwei::crypto
