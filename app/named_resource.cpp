#include "app/named_resource.h"

#include <boost/json.hpp>

namespace jingwei::app {

std::optional<std::string> resource_of_batch(Hub& hub, std::string_view id) {
  const auto batch = BatchId::parse(id);
  if (!batch) return std::nullopt;
  const auto view = hub.ingest().find_batch(*batch);
  return view ? std::optional(view->batch.resource) : std::nullopt;
}

std::optional<std::string> resource_of_upload(Hub& hub, std::string_view id) {
  const auto upload = UploadId::parse(id);
  if (!upload) return std::nullopt;
  auto resource = hub.ingest().resource_of(*upload);
  return resource ? std::optional(std::move(*resource)) : std::nullopt;
}

std::optional<std::string> provider_of(Hub& hub, std::string_view resource) {
  // Secret ones and drafts have no entry, but a provider all the same.
  const auto definitions = hub.catalog().definitions();
  for (const auto& definition : *definitions) {
    if (definition.resource.id == resource) return definition.resource.provider_id;
  }
  return std::nullopt;
}

std::optional<std::string> member_of_body(std::string_view body, std::string_view name) {
  boost::json::error_code fault;
  const boost::json::value parsed = boost::json::parse(body, fault);
  if (fault || !parsed.is_object()) return std::nullopt;
  const auto* value = parsed.as_object().if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

}  // namespace jingwei::app
