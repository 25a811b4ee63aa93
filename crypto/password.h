// Passwords as they are kept: Argon2id (RFC 9106) with a salt of each one's own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jingwei::crypto {

// What guessing one password costs: passes over so much memory. The defaults are RFC 9106's second choice
// halved in memory, about a tenth of a second.
struct PasswordCost {
  std::uint64_t passes = 3;
  std::uint64_t memory_bytes = 32 << 20;
};

// The PHC string "$argon2id$v=19$m=…,t=…,p=1$salt$hash". Takes its time on purpose: not for network threads.
std::string hash_password(std::string_view password, const PasswordCost& cost);
bool password_fits(std::string_view hash, std::string_view password);
// The hash was made at another cost and should be made anew with the password at hand.
bool is_outdated(std::string_view hash, const PasswordCost& cost);

}  // namespace jingwei::crypto
