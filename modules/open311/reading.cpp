#include <boost/json.hpp>
#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/percent.h"
#include "base/text.h"
#include "modules/open311/geo_report.h"
#include "modules/open311/limits.h"

namespace jingwei::open311 {

namespace {

namespace json = boost::json;

// A document of either format as one tree: objects with members, lists, texts.
struct Member;

struct Tree {
  std::string text;
  std::vector<Member> members;
  std::vector<Tree> items;

  const Tree* find(std::string_view name) const;
  std::string word(std::string_view name) const {
    const Tree* const found = find(name);
    return found == nullptr ? std::string() : found->text;
  }
};

struct Member {
  std::string name;
  Tree value;
};

const Tree* Tree::find(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

Error bad_document() {
  return Error(ErrorCode::invalid, "open311.bad_document");
}

// An element without children is a text; one whose children all have one name of the lists is a list.
bool is_list(std::string_view name) {
  for (const auto known : {"services", "service_requests", "attributes", "values", "errors"}) {
    if (name == known) return true;
  }
  return false;
}

Result<Tree> of_xml(const pugi::xml_node& node, int depth, std::size_t& count) {
  if (depth > limits::document_depth || ++count > limits::document_nodes) return bad_document();
  Tree tree;
  const bool list = is_list(node.name());
  for (const auto& child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    JW_ASSIGN(Tree below, of_xml(child, depth + 1, count));
    if (list) {
      tree.items.push_back(std::move(below));
    } else {
      tree.members.push_back({child.name(), std::move(below)});
    }
  }
  if (tree.members.empty() && tree.items.empty()) tree.text = text::squeeze(node.text().get());
  return tree;
}

Result<Tree> of_json(const json::value& value, int depth, std::size_t& count) {
  if (depth > limits::document_depth || ++count > limits::document_nodes) return bad_document();
  Tree tree;
  if (value.is_object()) {
    for (const auto& one : value.get_object()) {
      JW_ASSIGN(Tree below, of_json(one.value(), depth + 1, count));
      tree.members.push_back({std::string(one.key()), std::move(below)});
    }
  } else if (value.is_array()) {
    for (const auto& one : value.get_array()) {
      JW_ASSIGN(Tree below, of_json(one, depth + 1, count));
      tree.items.push_back(std::move(below));
    }
  } else if (value.is_string()) {
    tree.text = text::squeeze(std::string_view(value.get_string()));
  } else if (!value.is_null()) {
    tree.text = json::serialize(value);
  }
  return tree;
}

// The root of a document; in XML it must bear the name.
Result<Tree> root_of(std::string_view text, Format format, std::string_view name) {
  if (text.size() > limits::document_bytes)
    return Error(ErrorCode::too_large, "open311.too_large")
        .with("most", std::to_string(limits::document_bytes));
  std::size_t count = 0;
  if (format == Format::xml) {
    if (!text::is_utf8(text)) return bad_document();
    pugi::xml_document document;
    // No document types, so no entities of their own; the standard ones are read.
    const auto parsed =
        document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed || name != document.document_element().name()) return bad_document();
    return of_xml(document.document_element(), 0, count);
  }
  json::parse_options options;
  options.max_depth = limits::document_depth;
  boost::system::error_code fault;
  const json::value value = json::parse(text, fault, {}, options);
  if (fault) return bad_document();
  return of_json(value, 0, count);
}

bool truth_of(const std::string& word) {
  return word == "true" || word == "1";
}

std::optional<double> number_of(const std::string& word) {
  double number = 0;
  const auto done = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || done.ec != std::errc() || done.ptr != word.data() + word.size() ||
      !std::isfinite(number))
    return std::nullopt;
  return number;
}

ServiceRequest request_of(const Tree& from) {
  ServiceRequest one;
  one.id = from.word("service_request_id");
  one.token = from.word("token");
  one.account_id = from.word("account_id");
  one.status = text::lower_ascii(from.word("status"));
  one.status_notes = from.word("status_notes");
  one.service_name = from.word("service_name");
  one.service_code = from.word("service_code");
  one.description = from.word("description");
  one.agency_responsible = from.word("agency_responsible");
  one.service_notice = from.word("service_notice");
  one.requested_at = parse_rfc3339(from.word("requested_datetime"));
  one.updated_at = parse_rfc3339(from.word("updated_datetime"));
  one.expected_at = parse_rfc3339(from.word("expected_datetime"));
  one.address = from.word("address");
  one.address_id = from.word("address_id");
  one.zipcode = from.word("zipcode");
  one.media_url = from.word("media_url");
  one.latitude = number_of(from.word("lat"));
  one.longitude = number_of(from.word("long"));
  return one;
}

int hex_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      out += ' ';
    } else if (text[at] == '%') {
      const int high = at + 2 < text.size() ? hex_of(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? hex_of(text[at + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      out += text[at];
    }
  }
  if (!text::is_utf8(out)) return std::nullopt;
  return out;
}

// "attribute[WHISPAWN]" and "attribute[WHISPAWN][]" → WHISPAWN; nothing for other names.
std::optional<std::string> attribute_code(std::string_view name) {
  constexpr std::string_view begin = "attribute[";
  if (!name.starts_with(begin)) return std::nullopt;
  name.remove_prefix(begin.size());
  if (name.ends_with("[]")) name.remove_suffix(2);
  if (!name.ends_with("]") || name.size() < 2) return std::nullopt;
  return std::string(name.substr(0, name.size() - 1));
}

}  // namespace

Result<std::vector<Service>> read_services(std::string_view text, Format format) {
  JW_ASSIGN(const Tree root, root_of(text, format, "services"));
  std::vector<Service> services;
  for (const auto& from : root.items) {
    Service one;
    one.code = from.word("service_code");
    one.name = from.word("service_name");
    one.description = from.word("description");
    one.metadata = truth_of(from.word("metadata"));
    one.type = from.word("type");
    one.group = from.word("group");
    std::string keywords = from.word("keywords");
    while (!keywords.empty()) {
      const std::size_t comma = std::min(keywords.find(','), keywords.size());
      const std::string word = text::squeeze(keywords.substr(0, comma));
      if (!word.empty()) one.keywords.push_back(word);
      keywords.erase(0, comma + 1);
    }
    if (one.code.empty()) return bad_document();
    services.push_back(std::move(one));
  }
  return services;
}

Result<Definition> read_definition(std::string_view text, Format format) {
  JW_ASSIGN(const Tree root, root_of(text, format, "service_definition"));
  Definition definition;
  definition.service_code = root.word("service_code");
  const Tree* const attributes = root.find("attributes");
  if (attributes == nullptr) return definition;
  for (const auto& from : attributes->items) {
    Attribute one;
    one.variable = truth_of(from.word("variable"));
    one.code = from.word("code");
    one.datatype = from.word("datatype");
    one.required = truth_of(from.word("required"));
    one.datatype_description = from.word("datatype_description");
    one.description = from.word("description");
    one.order = static_cast<int>(std::clamp(number_of(from.word("order")).value_or(0), 0.0, 1e6));
    if (const Tree* const values = from.find("values")) {
      for (const auto& value : values->items) one.values.push_back({value.word("key"), value.word("name")});
    }
    if (one.code.empty()) return bad_document();
    definition.attributes.push_back(std::move(one));
  }
  return definition;
}

Result<std::vector<ServiceRequest>> read_requests(std::string_view text, Format format) {
  JW_ASSIGN(const Tree root, root_of(text, format, "service_requests"));
  std::vector<ServiceRequest> requests;
  for (const auto& from : root.items) requests.push_back(request_of(from));
  return requests;
}

Result<std::vector<Fault>> read_faults(std::string_view text, Format format) {
  JW_ASSIGN(const Tree root, root_of(text, format, "errors"));
  std::vector<Fault> faults;
  for (const auto& from : root.items)
    faults.push_back({static_cast<int>(std::clamp(number_of(from.word("code")).value_or(0), 0.0, 1e6)),
                      from.word("description")});
  return faults;
}

Result<FormPairs> read_form(std::string_view body) {
  if (body.size() > limits::form_bytes)
    return Error(ErrorCode::too_large, "open311.too_large").with("most", std::to_string(limits::form_bytes));
  FormPairs pairs;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view());
    if (!name || !value || pairs.size() == limits::form_pairs)
      return Error(ErrorCode::invalid, "open311.bad_form");
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

Result<NewRequest> new_request_of(const FormPairs& pairs) {
  NewRequest request;
  const std::pair<std::string_view, std::string*> texts[] = {{"jurisdiction_id", &request.jurisdiction_id},
                                                             {"service_code", &request.service_code},
                                                             {"api_key", &request.api_key},
                                                             {"address_string", &request.address_string},
                                                             {"address_id", &request.address_id},
                                                             {"email", &request.email},
                                                             {"device_id", &request.device_id},
                                                             {"account_id", &request.account_id},
                                                             {"first_name", &request.first_name},
                                                             {"last_name", &request.last_name},
                                                             {"phone", &request.phone},
                                                             {"description", &request.description},
                                                             {"media_url", &request.media_url}};
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;  // as if it had not been sent
    for (const auto& [known, into] : texts) {
      if (name == known) *into = value;
    }
    if (name == "lat" || name == "long") {
      const auto number = number_of(value);
      const double most = name == "lat" ? 90 : 180;
      if (!number || std::abs(*number) > most)
        return Error(ErrorCode::invalid, "open311.bad_number").with("name", name).at(name);
      (name == "lat" ? request.latitude : request.longitude) = number;
    }
    if (auto code = attribute_code(name)) request.attributes.emplace_back(std::move(*code), value);
  }
  if (request.service_code.empty())
    return Error(ErrorCode::invalid, "open311.no_service_code").at("service_code");
  const bool point = request.latitude && request.longitude;
  if (!point && request.address_string.empty() && request.address_id.empty())
    return Error(ErrorCode::invalid, "open311.no_location").at("lat");
  if (text::code_points(request.description).size() > limits::description_length)
    return Error(ErrorCode::invalid, "open311.description_long")
        .with("most", std::to_string(limits::description_length))
        .at("description");
  if (text::code_points(request.address_string).size() > limits::address_length)
    return Error(ErrorCode::invalid, "open311.address_long")
        .with("most", std::to_string(limits::address_length))
        .at("address_string");
  return request;
}

std::string form_of(const NewRequest& request) {
  std::string body;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    body += (body.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
  };
  const auto degrees = [](double number) {
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", number);
    return std::string(text);
  };
  add("api_key", request.api_key);
  add("jurisdiction_id", request.jurisdiction_id);
  add("service_code", request.service_code);
  if (request.latitude) add("lat", degrees(*request.latitude));
  if (request.longitude) add("long", degrees(*request.longitude));
  add("address_string", request.address_string);
  add("address_id", request.address_id);
  add("email", request.email);
  add("device_id", request.device_id);
  add("account_id", request.account_id);
  add("first_name", request.first_name);
  add("last_name", request.last_name);
  add("phone", request.phone);
  add("description", request.description);
  add("media_url", request.media_url);
  for (const auto& [code, value] : request.attributes) {
    const auto same = std::count_if(request.attributes.begin(), request.attributes.end(),
                                    [&, &wanted = code](const auto& other) { return other.first == wanted; });
    add("attribute[" + code + "]" + (same > 1 ? "[]" : ""), value);
  }
  return body;
}

}  // namespace jingwei::open311
