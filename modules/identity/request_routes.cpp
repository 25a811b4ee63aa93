#include "modules/identity/request_routes.h"

#include <initializer_list>

namespace jingwei::identity {

namespace {

constexpr std::size_t label_most = 100;

}  // namespace

std::string label_of(const http::Request& request) {
  const std::string_view agent = request.header("User-Agent");
  const auto first_of = [&](std::initializer_list<std::string_view> words) -> std::string {
    for (const auto word : words) {
      if (agent.find(word) != std::string_view::npos) return std::string(word);
    }
    return {};
  };
  const std::string program = first_of({"MicroMessenger", "Edg", "Firefox", "Chrome", "Safari", "curl"});
  const std::string system = first_of({"Android", "iPhone", "Windows", "Mac OS", "Linux"});
  return (program + (program.empty() || system.empty() ? "" : ", ") + system).substr(0, label_most);
}

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
    bytes += static_cast<char>(digit(hex[at]) * 16 + digit(hex[at + 1]));
  return bytes;
}

}  // namespace jingwei::identity
