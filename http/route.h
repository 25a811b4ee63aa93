// One route of the API, made by generated code from a module's api.yaml (tools/compile).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/message.h"

namespace jingwei::http {

// Where a handler runs: `inline_` on the connection's thread (memory only, microseconds), `pool` on a worker
// thread (may wait for storage), `stream` gets an EventStream.
enum class Runs : std::uint8_t { inline_, pool, stream };

enum class BodyKind : std::uint8_t { none, json, stream };

// Values of {placeholders}, in the order of the path.
using PathValues = std::vector<std::string_view>;

struct Route {
  Method method = Method::get;
  std::string path;        // "/api/v1/regions/{code}"
  std::string operation;   // "get_region"
  std::string permission;  // "region.read"; deny by default
  std::string audit;       // audit event name, or "none" when api.yaml says why not
  Runs runs = Runs::pool;
  BodyKind body = BodyKind::none;
  std::vector<std::string> accepts;   // request media types; 415 otherwise
  std::vector<std::string> produces;  // response media types; 406 otherwise
  std::uint64_t body_bytes = 0;       // most; 413 beyond
  int cost = 1;                       // tokens of the client's rate bucket; 0 = unmetered
  bool idempotent_key = false;  // write routes: Idempotency-Key is read (and required when api.yaml says so)
  bool idempotent_key_required = false;

  std::function<void(const Request&, const PathValues&, Responder)> handle;  // inline_ and pool
  // stream: runs first, where a pool handler would; its Error is answered as a problem and no stream is
  // opened.
  std::function<Result<void>(const Request&, const PathValues&)> check;
  std::function<void(const Request&, const PathValues&, std::shared_ptr<EventStream>)>
      handle_stream;  // stream
};

}  // namespace jingwei::http
