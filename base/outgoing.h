// Requests of the hub's own to other machines: a seam, so that modules know neither sockets nor TLS, and
// tests answer in a peer's place.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace jingwei {

struct OutgoingCall {
  std::string method = "GET";
  std::string url;  // http or https, without user and fragment
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::chrono::milliseconds patience{10'000};  // from name to last byte
  std::size_t answer_bytes = 64 * 1024;        // more is cut off as "too_large"
};

// A status with its body, or why there is none: "address" (no address of the web), "not_allowed" (the hub may
// not go there), "unreachable", "timeout", "certificate", "too_large", "malformed".
struct OutgoingReply {
  std::string trouble = {};
  int status = 0;
  std::string body = {};
  bool sent = false;  // the request, or a part of it, may have reached the other machine
};

// Thread-safe. No cookies, no proxies, no redirects.
using Outgoing = std::function<OutgoingReply(const OutgoingCall&)>;

}  // namespace jingwei
