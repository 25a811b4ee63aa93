// From a declared question and what was stated to the request that leaves the hub.
#include <boost/json.hpp>
#include <charconv>

#include "base/percent.h"
#include "base/text.h"
#include "modules/source/asking/declaration.h"

namespace jingwei::source {

namespace {

// Puts values where names stand in braces; names without a value become nothing.
template <typename Encode>
std::string filled(std::string_view text, const Settings& values, std::string_view prefix,
                   const Encode& encode) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find('{', at), text.size());
    out += text.substr(at, open - at);
    if (open == text.size()) break;
    const std::size_t end = text.find('}', open);
    const std::string name(text.substr(open + 1 + prefix.size(), end - open - 1 - prefix.size()));
    if (const auto found = values.find(name); found != values.end()) out += encode(found->second);
    at = end + 1;
  }
  return out;
}

void fill_texts(boost::json::value& value, const Settings& inputs) {
  if (value.is_string()) {
    value = filled(value.as_string(), inputs, "", [](const std::string& text) { return text; });
  } else if (value.is_array()) {
    for (auto& item : value.as_array()) fill_texts(item, inputs);
  } else if (value.is_object()) {
    for (auto& pair : value.as_object()) fill_texts(pair.value(), inputs);
  }
}

// A value in a path must stay one segment, however the other side decodes it.
bool leaves_its_segment(std::string_view value) {
  return value == "." || value == ".." || value.find_first_of("/\\;?#%") != std::string_view::npos;
}

bool stands_in_path(const Question& question, const std::string& name) {
  const std::string_view path = std::string_view(question.path).substr(0, question.path.find('?'));
  return path.find("{" + name + "}") != std::string_view::npos;
}

}  // namespace

Result<Settings> check_inputs(const Question& question, const Settings& given) {
  Settings checked;
  std::vector<Error> causes;
  const auto fault = [&](const std::string& name, std::string id) {
    causes.push_back(Error(ErrorCode::invalid, std::move(id)).with("input", name).at("/inputs/" + name));
  };
  for (const auto& [name, value] : given) {
    if (question.input(name) == nullptr) fault(name.substr(0, 64), "source.input_unknown");
  }
  for (const auto& input : question.inputs) {
    const auto found = given.find(input.name);
    const bool readable = found == given.end() || text::is_utf8(found->second);
    const std::string value =
        found == given.end() || !readable ? std::string() : text::squeeze(found->second);
    if (value.empty() && readable) {
      if (input.required) fault(input.name, "source.input_missing");
      continue;
    }
    const bool bad = !readable || text::code_points(value).size() > input.characters ||
                     (input.pattern && !input.pattern->matches(value)) ||
                     (stands_in_path(question, input.name) && leaves_its_segment(value));
    if (bad) fault(input.name, "source.input_bad");
    checked[input.name] = value;
  }
  if (causes.empty()) return checked;
  Error error = causes.front();
  error.causes = std::move(causes);
  return error;
}

QuestionCall call_of(const Question& question, std::string_view base, const Settings& inputs,
                     const Settings& secrets) {
  QuestionCall call;
  call.method = question.method;
  call.target = std::string(base) + filled(question.path, inputs, "", percent_encoded);
  if (!question.body.empty()) {
    boost::json::error_code fault;
    boost::json::value body = boost::json::parse(question.body, fault);
    JW_ASSERT(!fault);
    fill_texts(body, inputs);
    call.body = boost::json::serialize(body);
  }
  for (const auto& [name, value] : question.headers)
    call.headers.emplace_back(
        name, filled(value, secrets, "secret.", [](const std::string& text) { return text; }));
  return call;
}

Result<Address> parse_address(std::string_view given) {
  const auto bad = [&] {
    return Error(ErrorCode::invalid, "source.bad_address")
        .with("address", std::string(given))
        .at("/settings/address");
  };
  Address address;
  std::string_view rest = given;
  if (rest.starts_with("https://")) {
    address.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return bad();
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  std::string_view path = rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  for (const char c : path) {
    if (!is_unreserved(c) && c != '/' && c != '%') return bad();
  }
  address.path = path;
  address.port = address.tls ? 443 : 80;
  std::size_t colon = authority.rfind(':');
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return bad();
    address.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
    if (!authority.empty() && authority.front() != ':') return bad();
    colon = authority.empty() ? std::string_view::npos : 0;
  } else {
    address.host = authority.substr(0, colon);
  }
  if (colon != std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (fault != std::errc{} || end != port.data() + port.size() || address.port == 0) return bad();
  }
  address.host = text::lower_ascii(address.host);
  for (const char c : address.host) {
    if (!is_unreserved(c) && c != ':') return bad();
  }
  if (address.host.empty()) return bad();
  return address;
}

}  // namespace jingwei::source
