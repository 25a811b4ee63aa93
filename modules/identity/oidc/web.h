// How sign-in services are reached: the hub's own client for outgoing requests, given from outside.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jingwei::identity {

// GET where `form` is empty, else POST of application/x-www-form-urlencoded.
struct WebCall {
  std::string url;
  std::string form;
  std::string authorization;  // value of the header; empty for none
};

struct WebReply {
  int status = 0;  // 0: nothing came, and `trouble` says why
  std::string body;
  std::string trouble;  // "unreachable", "timeout", "certificate"
};

// Waits a bounded time. Thread-safe.
using Web = std::function<WebReply(const WebCall&)>;

// Whether an address may be asked at all: https, or http to this machine; no user, no fragment, at most 500
// bytes.
bool is_web_address(std::string_view url);

}  // namespace jingwei::identity
