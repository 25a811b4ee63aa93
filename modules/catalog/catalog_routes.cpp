#include "modules/catalog/catalog_routes.h"

#include <mutex>

#include "base/json.h"
#include "modules/catalog/api.gen.h"

namespace jingwei::catalog {

namespace {

// How many records stand and when the last came; nothing yet when the time is absent.
struct Holdings {
  std::int64_t records = 0;
  std::optional<Instant> last_received;
};

void write_title(JsonWriter& json, std::string_view key, const std::string& id, const Title& title,
                 Language language) {
  json.key(key);
  json.begin_object();
  json.member("id", id);
  json.member("title", title.in(language));
  json.end_object();
}

void write_summary(JsonWriter& json, const Resource& resource, const Holdings& holdings, Language language) {
  json.member("id", resource.id);
  json.member("title", resource.title.in(language));
  json.member("description", resource.description.in(language));
  write_title(json, "provider", resource.provider_id, resource.provider, language);
  json.member("sharing", name_of(resource.sharing));
  json.member("update", name_of(resource.update));
  json.member("fields_count", resource.fields.size());
  json.member("records", holdings.records);
  json.key("last_received_at");
  if (holdings.last_received) {
    json.value(to_rfc3339(*holdings.last_received));
  } else {
    json.null();
  }
  json.member("package", resource.package);
}

void write_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key);
  json.begin_array();
  for (const auto& name : names) json.value(name);
  json.end_array();
}

void write_optional_name(JsonWriter& json, std::string_view key, const std::string& name) {
  json.key(key);
  if (name.empty()) {
    json.null();
  } else {
    json.value(name);
  }
}

void write_field(JsonWriter& json, const Field& field, Language language) {
  json.begin_object();
  json.member("name", field.name);
  json.member("title", field.title.in(language));
  json.member("type", name_of(field.type));
  json.member("required", field.required);
  json.member("personal", name_of(field.personal));
  if (!field.choices.empty()) {
    json.key("values");
    json.begin_array();
    for (const auto& choice : field.choices) {
      json.begin_object();
      json.member("id", choice.id);
      json.member("title", choice.title.in(language));
      json.end_object();
    }
    json.end_array();
  }
  if (field.min) json.member("min", *field.min);
  if (field.max) json.member("max", *field.max);
  if (field.max_length) json.member("max_length", *field.max_length);
  json.end_object();
}

void write_definition(JsonWriter& json, const Resource& resource, Language language) {
  write_names(json, "purposes", resource.purposes);
  json.member("retention", resource.retention);
  write_names(json, "key", resource.key);
  write_names(json, "region_fields", resource.region_fields);
  write_optional_name(json, "day_field", resource.day_field);
  json.key("fields");
  json.begin_array();
  for (const auto& field : resource.fields) write_field(json, field, language);
  json.end_array();
  json.key("metrics");
  json.begin_array();
  for (const auto& metric : resource.metrics) {
    json.begin_object();
    json.member("id", metric.id);
    json.member("title", metric.title.in(language));
    json.member("kind", metric.kind == MetricKind::count ? "count" : "last");
    json.end_object();
  }
  json.end_array();
}

}  // namespace

class CatalogRoutes::Handlers final : public api::Operations {
 public:
  Handlers(const Catalog& catalog, storage::Store& store, const Clock& clock)
      : catalog_(catalog), store_(store), clock_(clock) {}

  http::Response list_resources(const http::Request& http, const api::ListResources&) override {
    JsonWriter json(4096);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& entry : catalog_.entries()) {
      const auto holdings = holdings_of(entry);
      if (!holdings) return http::problem(holdings.error(), http.language);
      json.begin_object();
      write_summary(json, entry.resource, *holdings, http.language);
      json.end_object();
    }
    json.end_array();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response get_resource(const http::Request& http, const api::GetResource& in) override {
    const auto entry = catalog_.find(in.resource);
    if (!entry) return http::problem(entry.error(), http.language);
    const auto holdings = holdings_of(**entry);
    if (!holdings) return http::problem(holdings.error(), http.language);
    JsonWriter json(4096);
    json.begin_object();
    write_summary(json, (*entry)->resource, *holdings, http.language);
    write_definition(json, (*entry)->resource, http.language);
    json.end_object();
    return http::Response::json(json.take());
  }

 private:
  // Counting reads the whole table, so a count serves everybody for a few seconds.
  static constexpr std::chrono::seconds count_serves{3};
  struct Counted {
    std::chrono::nanoseconds at{0};
    Holdings holdings;
  };

  Result<Holdings> holdings_of(const Entry& entry) {
    const auto now = clock_.monotonic();
    {
      const std::lock_guard lock(mutex_);
      const auto found = counted_.find(entry.resource.id);
      if (found != counted_.end() && now - found->second.at < count_serves) return found->second.holdings;
    }
    Holdings holdings;
    JW_ASSIGN(auto reader, store_.read());
    JW_TRY(reader->query(entry.table->summary(), {}, [&](const storage::Row& row) {
      holdings.records = row.integer(0);
      if (!row.is_null(1)) holdings.last_received = from_micros(row.integer(1));
      return false;
    }));
    const std::lock_guard lock(mutex_);
    counted_[entry.resource.id] = {now, holdings};
    return holdings;
  }

  const Catalog& catalog_;
  storage::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Counted> counted_;
};

CatalogRoutes::CatalogRoutes(const Catalog& catalog, storage::Store& store, const Clock& clock)
    : handlers_(std::make_unique<Handlers>(catalog, store, clock)) {}

CatalogRoutes::~CatalogRoutes() = default;

std::vector<http::Route> CatalogRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::catalog
