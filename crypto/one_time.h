// One-time codes of an authenticator: HOTP (RFC 4226) over time steps, TOTP (RFC 6238), SHA-1 and six digits
// as authenticators of every maker take them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace jingwei::crypto {

inline constexpr std::chrono::seconds one_time_step{30};

// Six digits for a counter under a secret of whatever length.
std::string one_time_code(std::string_view secret, std::int64_t counter);
std::int64_t one_time_counter(Instant at);
// The step the code belongs to, one step before or after `now` included, but later than `used`: a code serves
// once. Nothing when it fits none.
std::optional<std::int64_t> find_one_time_step(std::string_view secret, std::string_view code, Instant now,
                                               std::int64_t used);
// RFC 4648 base32 without padding, as authenticators take secrets typed by hand.
std::string base32(std::string_view bytes);

}  // namespace jingwei::crypto
