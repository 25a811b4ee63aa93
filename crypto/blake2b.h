// BLAKE2b (RFC 7693) of many short texts at once, side by side in vectors: what a load hashes of its rows. A
// text alone is hashed by libsodium; this gives the same in a fraction of the time.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "crypto/aead.h"

namespace jingwei::crypto {

// How many texts are taken side by side.
enum class Lanes : std::uint8_t { four, eight };
// Eight where the machine has AVX-512, else four (AVX2 where it has that).
Lanes lanes_of_this_machine();

// Texts with the prefix that are longer are not taken.
inline constexpr std::size_t blake2b_most_bytes = 2'048;

// hashes[i] = the keyed hash of 16 bytes of prefix + texts[i], each of them 1 to blake2b_most_bytes long. Any
// machine takes Lanes::four; eight only those that lanes_of_this_machine() says so of.
void blake2b_many(Lanes lanes, std::span<const std::byte, secret_bytes> key, std::string_view prefix,
                  std::span<const std::string_view> texts,
                  std::span<std::array<std::byte, hash_bytes>> hashes);

}  // namespace jingwei::crypto
