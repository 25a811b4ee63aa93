// api.yaml as a checked model: what jingwei-compile generates routes and OpenAPI from (format:
// docs/formats/api.md).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schema/request_binding.h"
#include "tools/problems.h"
#include "tools/sources.h"

namespace jingwei::tools {

enum class ApiBody : std::uint8_t { none, json, stream };
enum class ApiRuns : std::uint8_t { inline_, pool, stream };
enum class ApiKey : std::uint8_t { none, optional, required };

struct ApiParameter {
  schema::Parameter binding;
  schema::Title title;
};

struct ApiResponse {
  int status = 200;
  const schema::Type* type = nullptr;
  std::string media;  // "application/json"; empty when there is no body
};

struct ApiOperation {
  std::string id;
  std::string method;  // "GET"
  std::string path;    // "/api/v1/regions/{code}"
  schema::Title summary;
  schema::Title description;
  std::vector<ApiParameter> parameters;
  std::string permission;
  std::string audit;
  std::string audit_reason;
  std::int64_t cost = 1;
  std::uint64_t body_bytes = 0;
  ApiRuns runs = ApiRuns::pool;
  bool answers_later = false;
  ApiBody body = ApiBody::none;
  const schema::Type* body_type = nullptr;
  std::vector<std::string> body_media;
  ApiKey key = ApiKey::none;
  ApiResponse response;
  int line = 1;
};

struct ApiModule {
  std::string module;
  std::string file;
  schema::Title title;
  schema::Types types;
  std::vector<ApiOperation> operations;
};

// Reads and checks one api.yaml. Everything wrong is told with file:line; the model is then not to be used.
std::unique_ptr<ApiModule> read_api(const SourceFile& file, Problems& problems);

// Makes the modules fit into one document: operation ids and paths must be unique over all of them. Types of
// the same name and content are one; where the contents differ, the later module's type gets its module's
// name in front.
void settle_together(std::vector<std::unique_ptr<ApiModule>>& modules, Problems& problems);

}  // namespace jingwei::tools
