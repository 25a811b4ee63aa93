// Bytes as text that may stand in addresses and headers: RFC 4648 §5, without padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jingwei::crypto {

std::string base64url(std::string_view bytes);
// Nothing for anything else than what base64url gives: other letters, padding, bits left over.
std::optional<std::string> from_base64url(std::string_view text);
// RFC 4648 §4 with padding, as headers carry bytes (RFC 8941 §3.3.5).
std::string base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace jingwei::crypto
