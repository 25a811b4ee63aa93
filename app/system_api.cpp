#include "app/system_api.h"

#include "app/api.gen.h"
#include "app/key_orders.h"
#include "app/keys_json.h"
#include "app/openapi.gen.h"
#include "app/resource_openapi.h"
#include "base/json.h"

namespace jingwei::app {

class SystemApi::Handlers final : public api::Operations {
 public:
  Handlers(Hub& hub, http::Exposure exposure) : hub_(hub), exposure_(exposure), started_(hub.clock().now()) {}

  http::Response get_system(const http::Request&, const api::GetSystem&) override {
    const Settings& settings = hub_.settings();
    JsonWriter json;
    json.begin_object();
    json.member("name", settings.name);
    json.member("version", version);
    json.member("synthetic", settings.synthetic);
    json.member("loopback_only", exposure_ == http::Exposure::loopback_only);
    json.member("zone", settings.zone);
    json.key("root_region");
    json.begin_object();
    json.member("code", settings.region);
    json.member("name", hub_.region_name());
    json.end_object();
    json.member("started_at", to_rfc3339(started_));
    json.member("now", to_rfc3339(hub_.clock().now()));
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response list_keys(const http::Request&, const api::ListKeys&) override {
    return http::Response::json(keys_json(hub_.keystore().list()));
  }

  http::Response rotate_keys(const http::Request& http, const api::RotateKeys&) override {
    if (auto rotated = app::rotate_keys(hub_, http.actor()); !rotated)
      return http::problem(rotated.error(), http.language);
    return http::Response::json(keys_json(hub_.keystore().list()));
  }

  http::Response destroy_keys(const http::Request& http, const api::DestroyKeys& in) override {
    std::vector<crypto::KeyId> keys;
    for (const auto& id : in.body["keys"].items()) keys.push_back(static_cast<crypto::KeyId>(id.integer()));
    if (auto done = app::destroy_keys(hub_, keys, in.body["order"].text(), http.actor()); !done)
      return http::problem(done.error(), http.language);
    return http::Response::json(keys_json(hub_.keystore().list()));
  }

  const catalog::Catalog& catalog() const { return hub_.catalog(); }

 private:
  Hub& hub_;
  http::Exposure exposure_;
  Instant started_;
};

SystemApi::SystemApi(Hub& hub, http::Exposure exposure)
    : handlers_(std::make_unique<Handlers>(hub, exposure)) {}

SystemApi::~SystemApi() = default;

std::vector<http::Route> SystemApi::routes() {
  std::vector<http::Route> all = api::routes(*handlers_);
  http::Route document;
  document.method = http::Method::get;
  document.path = "/api/openapi.json";
  document.operation = "get_openapi";
  document.permission = "system.read";
  document.audit = "none";
  document.runs = http::Runs::inline_;
  document.produces = {"application/json"};
  document.handle = [text = with_resources(openapi_document(), handlers_->catalog())](
                        const http::Request&, const http::PathValues&, http::Responder respond) {
    http::Response response = http::Response::json(text);
    response.cache_control = "no-cache";
    respond(std::move(response));
  };
  all.push_back(std::move(document));
  return all;
}

}  // namespace jingwei::app
