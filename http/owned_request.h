// A request that outlives the connection's buffer.
#pragma once

#include <memory>
#include <string>

#include "base/file_system.h"
#include "http/route.h"

namespace jingwei::http {

// Owns what its `request` and `values` point to, and the spooled body, which goes away with it unless
// somebody moved it.
struct OwnedRequest {
  Request request;
  PathValues values;
  FileSystem* files = nullptr;

  OwnedRequest() = default;
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;
  ~OwnedRequest();

  // Where the views of `source` may point; copied whole.
  struct Places {
    std::string_view head;  // as received
    std::string_view path;  // the decoded path, when decoding was needed
  };
  static std::shared_ptr<OwnedRequest> copy(const Request& source, const PathValues& values,
                                            const Places& places);

  void set_body(std::string body);

 private:
  std::string head_, path_, body_, remote_;
};

}  // namespace jingwei::http
