#include <charconv>
#include <pugixml.hpp>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "base/json.h"
#include "modules/open311/geo_report.h"
#include "modules/open311/peer/client.h"

namespace jingwei::open311 {

namespace {

// One document in either format, written member by member.
class Writer {
 public:
  explicit Writer(Format format) : xml_(format == Format::xml) {
    if (!xml_) return;
    pugi::xml_node declaration = document_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "utf-8";
    at_.push_back(document_);
  }

  void begin_object(const char* name, bool in_list = false) {
    if (xml_) {
      at_.push_back(at_.back().append_child(name));
      return;
    }
    if (!in_list && at_depth_ > 0) json_.key(name);
    json_.begin_object();
    ++at_depth_;
  }
  void end_object() {
    if (xml_) {
      at_.pop_back();
      return;
    }
    json_.end_object();
    --at_depth_;
  }
  // A list: in JSON the name of its items does not appear.
  void begin_list(const char* name) {
    if (xml_) {
      at_.push_back(at_.back().append_child(name));
      return;
    }
    if (at_depth_ > 0) json_.key(name);
    json_.begin_array();
    ++at_depth_;
  }
  void end_list() {
    if (xml_) {
      at_.pop_back();
      return;
    }
    json_.end_array();
    --at_depth_;
  }

  void text(const char* name, const std::string& words) {
    if (xml_) {
      at_.back().append_child(name).text().set(words.c_str());
      return;
    }
    json_.key(name);
    words.empty() ? json_.null() : json_.value(words);
  }
  // An item of a list of texts.
  void item(const char* name, const std::string& words) {
    if (xml_) {
      at_.back().append_child(name).text().set(words.c_str());
    } else {
      json_.value(words);
    }
  }
  void truth(const char* name, bool value) {
    if (xml_) {
      at_.back().append_child(name).text().set(value ? "true" : "false");
    } else {
      json_.member(name, value);
    }
  }
  void whole(const char* name, int value) {
    if (xml_) {
      at_.back().append_child(name).text().set(value);
    } else {
      json_.member(name, value);
    }
  }
  void number(const char* name, const std::optional<double>& value) {
    if (!value) return text(name, "");
    char digits[40] = {};
    std::to_chars(digits, digits + sizeof digits - 1, *value);
    if (xml_) {
      at_.back().append_child(name).text().set(digits);
    } else {
      json_.key(name);
      json_.raw(digits);
    }
  }

  std::string take() {
    if (!xml_) return json_.take();
    std::ostringstream text;
    document_.save(text, "  ", pugi::format_indent, pugi::encoding_utf8);
    return text.str();
  }

 private:
  bool xml_;
  pugi::xml_document document_;
  std::vector<pugi::xml_node> at_;
  JsonWriter json_;
  int at_depth_ = 0;
};

// W3C date-time with the zone's offset.
std::string w3_time(const std::optional<Instant>& at, const Zone& zone) {
  if (!at) return {};
  const auto offset = std::chrono::duration_cast<std::chrono::minutes>(zone.offset_at(*at));
  const int minutes = static_cast<int>(std::abs(offset.count()) % (24 * 60));
  char east[32];
  std::snprintf(east, sizeof east, "%c%02d:%02d", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return to_rfc3339(*at + offset).substr(0, 19) + east;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

void write_request(Writer& out, const ServiceRequest& one, const Zone& zone) {
  out.begin_object("request", true);
  out.text("service_request_id", one.id);
  out.text("status", one.status);
  out.text("status_notes", one.status_notes);
  out.text("service_name", one.service_name);
  out.text("service_code", one.service_code);
  out.text("description", one.description);
  out.text("agency_responsible", one.agency_responsible);
  out.text("service_notice", one.service_notice);
  out.text("requested_datetime", w3_time(one.requested_at, zone));
  out.text("updated_datetime", w3_time(one.updated_at, zone));
  out.text("expected_datetime", w3_time(one.expected_at, zone));
  out.text("address", one.address);
  out.text("address_id", one.address_id);
  out.text("zipcode", one.zipcode);
  out.number("lat", one.latitude);
  out.number("long", one.longitude);
  out.text("media_url", one.media_url);
  out.end_object();
}

}  // namespace

std::optional<DocumentName> document_named(std::string_view file) {
  for (const auto& [ending, format] : {std::pair{std::string_view(".xml"), Format::xml},
                                       std::pair{std::string_view(".json"), Format::json}}) {
    if (file.ends_with(ending) && file.size() > ending.size())
      return DocumentName{std::string(file.substr(0, file.size() - ending.size())), format};
  }
  return std::nullopt;
}

std::string_view media_of(Format format) {
  return format == Format::xml ? "text/xml; charset=utf-8" : "application/json; charset=utf-8";
}

std::string services_document(const std::vector<Service>& services, Format format) {
  Writer out(format);
  out.begin_list("services");
  for (const auto& one : services) {
    out.begin_object("service", true);
    out.text("service_code", one.code);
    out.text("service_name", one.name);
    out.text("description", one.description);
    out.truth("metadata", one.metadata);
    out.text("type", one.type);
    out.text("keywords", joined(one.keywords));
    out.text("group", one.group);
    out.end_object();
  }
  out.end_list();
  return out.take();
}

std::string definition_document(const Definition& definition, Format format) {
  Writer out(format);
  out.begin_object("service_definition");
  out.text("service_code", definition.service_code);
  out.begin_list("attributes");
  for (const auto& one : definition.attributes) {
    out.begin_object("attribute", true);
    out.truth("variable", one.variable);
    out.text("code", one.code);
    out.text("datatype", one.datatype);
    out.truth("required", one.required);
    out.text("datatype_description", one.datatype_description);
    out.whole("order", one.order);
    out.text("description", one.description);
    if (!one.values.empty()) {
      out.begin_list("values");
      for (const auto& value : one.values) {
        out.begin_object("value", true);
        out.text("key", value.key);
        out.text("name", value.name);
        out.end_object();
      }
      out.end_list();
    }
    out.end_object();
  }
  out.end_list();
  out.end_object();
  return out.take();
}

std::string requests_document(const std::vector<ServiceRequest>& requests, Format format, const Zone& zone) {
  Writer out(format);
  out.begin_list("service_requests");
  for (const auto& one : requests) write_request(out, one, zone);
  out.end_list();
  return out.take();
}

std::string created_document(const ServiceRequest& request, Format format) {
  Writer out(format);
  out.begin_list("service_requests");
  out.begin_object("request", true);
  request.token.empty() ? out.text("service_request_id", request.id) : out.text("token", request.token);
  out.text("service_notice", request.service_notice);
  out.text("account_id", request.account_id);
  out.end_object();
  out.end_list();
  return out.take();
}

std::string token_document(const ServiceRequest& request, Format format) {
  Writer out(format);
  out.begin_list("service_requests");
  out.begin_object("request", true);
  out.text("service_request_id", request.id);
  out.text("token", request.token);
  out.end_object();
  out.end_list();
  return out.take();
}

std::string update_document(const std::string& update_id, Format format) {
  Writer out(format);
  out.begin_list("service_request_updates");
  out.begin_object("request_update", true);
  out.text("update_id", update_id);
  out.end_object();
  out.end_list();
  return out.take();
}

std::string faults_document(const std::vector<Fault>& faults, Format format) {
  Writer out(format);
  out.begin_list("errors");
  for (const auto& one : faults) {
    out.begin_object("error", true);
    out.whole("code", one.code);
    out.text("description", one.description);
    out.end_object();
  }
  out.end_list();
  return out.take();
}

std::string discovery_document(const Discovery& discovery, Format format) {
  const std::string changed = to_rfc3339(discovery.changed_at).substr(0, 19) + "Z";
  Writer out(format);
  out.begin_object("discovery");
  out.text("changeset", changed);
  out.text("contact", discovery.contact);
  out.text("key_service", discovery.key_service);
  out.begin_list("endpoints");
  for (const auto& one : discovery.endpoints) {
    out.begin_object("endpoint", true);
    out.text("specification", "http://wiki.open311.org/GeoReport_v2");
    out.text("url", one.url);
    out.text("changeset", changed);
    out.text("type", one.type);
    out.begin_list("formats");
    out.item("format", "text/xml");
    out.item("format", "application/json");
    out.end_list();
    out.end_object();
  }
  out.end_list();
  out.end_object();
  return out.take();
}

}  // namespace jingwei::open311
