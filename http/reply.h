// From a handler's Response to bytes: conditional answers, compression, the head. Pure.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace jingwei::http {

// What a reply needs to know of its request after the request is gone.
struct ReplyTraits {
  Method method = Method::get;
  Language language = Language::zh;
  bool gzip = false;
  bool keep_alive = true;
  int minor_version = 1;
  std::string if_none_match;
};

// Answers 304 to a matching If-None-Match, compresses bodies of 1 KB and more, sets Vary. May run on any
// thread.
void finish(Response& response, const ReplyTraits& traits);

std::string_view reason_of(int status);

// Appends head and body. `date` is an IMF-fixdate; `server` goes out as Server when not empty.
void serialise(std::string& out, const Response& response, const ReplyTraits& traits, std::string_view date,
               std::string_view server);

// Appends the head of an event stream; its end is the end of the connection.
void serialise_stream_head(std::string& out, std::string_view date, std::string_view server);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string http_date(std::int64_t unix_seconds);

}  // namespace jingwei::http
