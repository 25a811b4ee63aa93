// Open311 GeoReport v2 as values, and as the XML and JSON that servers and clients exchange.
//
// Source: GeoReport v2 (wiki.open311.org/GeoReport_v2), JSON by the Spark convention: a list stands without
// the name of its items, what is empty is null. Codes and ids are texts in what we write; in what we read
// they may be numbers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace jingwei::open311 {

enum class Format : std::uint8_t { xml, json };

// "services.xml" → services, XML. Nothing for other endings.
struct DocumentName {
  std::string name;
  Format format = Format::xml;
};
std::optional<DocumentName> document_named(std::string_view file);
// With the charset, as the specification asks.
std::string_view media_of(Format format);

struct Service {
  std::string code, name, description, group;
  bool metadata = false;          // it has a definition with attributes
  std::string type = "realtime";  // realtime, batch, blackbox
  std::vector<std::string> keywords;
};

struct AttributeValue {
  std::string key, name;
};

struct Attribute {
  bool variable = true;  // false: only shown, asks nothing
  std::string code, description, datatype_description;
  std::string datatype = "string";  // string, number, datetime, text, singlevaluelist, multivaluelist
  bool required = false;
  int order = 1;
  std::vector<AttributeValue> values;
};

struct Definition {
  std::string service_code;
  std::vector<Attribute> attributes;
};

struct ServiceRequest {
  std::string id;
  std::string token;  // of one that has no id yet
  std::string account_id;
  std::string status;  // open, closed
  std::string status_notes, service_name, service_code, description, agency_responsible, service_notice;
  std::optional<Instant> requested_at, updated_at, expected_at;
  std::string address, address_id, zipcode, media_url;
  std::optional<double> latitude, longitude;
};

struct Fault {
  int code = 400;
  std::string description;
};

struct Endpoint {
  std::string url, type = "production";
};
struct Discovery {
  Instant changed_at{};
  std::string contact, key_service;
  std::vector<Endpoint> endpoints;
};

// --- what we say ---
std::string services_document(const std::vector<Service>& services, Format format);
std::string definition_document(const Definition& definition, Format format);
std::string requests_document(const std::vector<ServiceRequest>& requests, Format format, const Zone& zone);
// Answer to a POST: id or token, notice, account.
std::string created_document(const ServiceRequest& request, Format format);
// Answer to a token: id and token.
std::string token_document(const ServiceRequest& request, Format format);
std::string faults_document(const std::vector<Fault>& faults, Format format);
std::string discovery_document(const Discovery& discovery, Format format);

// --- what others say ---
// At most 4 MB, 10,000 items; document types and entities of their own are never expanded; unknown members
// are passed over. Errors: invalid "open311.bad_document", too_large "open311.too_large".
Result<std::vector<Service>> read_services(std::string_view text, Format format);
Result<Definition> read_definition(std::string_view text, Format format);
// Requests, created ones and tokens: members that are not there stay empty.
Result<std::vector<ServiceRequest>> read_requests(std::string_view text, Format format);
Result<std::vector<Fault>> read_faults(std::string_view text, Format format);

// application/x-www-form-urlencoded: names and values in order, decoded. Errors: invalid "open311.bad_form"
// (not UTF-8, a broken escape, over 500 pairs), too_large (over 256 KB).
using FormPairs = std::vector<std::pair<std::string, std::string>>;
Result<FormPairs> read_form(std::string_view body);

// What a client sends to open a request. Attributes stand by code, several values for one that takes several.
struct NewRequest {
  std::string jurisdiction_id, service_code, api_key;
  std::optional<double> latitude, longitude;
  std::string address_string, address_id;
  std::string email, device_id, account_id, first_name, last_name, phone, description, media_url;
  std::vector<std::pair<std::string, std::string>> attributes;
};
// Errors: invalid "open311.bad_number" (lat, long), "open311.no_service_code", "open311.no_location",
// "open311.description_long" (over 4,000 characters), "open311.address_long" (over 500).
Result<NewRequest> new_request_of(const FormPairs& pairs);
// The body that opens the request at another server.
std::string form_of(const NewRequest& request);

}  // namespace jingwei::open311
