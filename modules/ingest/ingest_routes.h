// HTTP routes of ingest (api.yaml): uploads, batches, refused rows, records.
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/ingest/ingest_service.h"

namespace jingwei::ingest {

class IngestRoutes {
 public:
  explicit IngestRoutes(IngestService& service);  // must outlive the routes
  ~IngestRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::ingest
