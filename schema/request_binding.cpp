#include "schema/request_binding.h"

#include <algorithm>

#include "schema/scalar.h"
#include "schema/utf8.h"

namespace jingwei::schema {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Decodes escapes and +; false for a broken escape or text that is not UTF-8.
bool decode_form(std::string_view text, std::string& out) {
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      out += ' ';
    } else if (text[at] == '%') {
      if (at + 2 >= text.size()) return false;
      const int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      out += text[at];
    }
  }
  return is_valid_utf8(out);
}

std::string names_of(std::span<const Parameter> parameters) {
  std::string names;
  for (const auto& parameter : parameters) {
    if (parameter.in == In::query) names += (names.empty() ? "" : ", ") + parameter.name;
  }
  return names.empty() ? "—" : names;
}

// A name from outside, cut so that it can stand in an answer.
std::string shown(std::string_view name) {
  constexpr std::size_t most = 64;
  std::string text;
  while (!name.empty() && text.size() < most) {
    std::string_view rest = name;
    const char32_t point = take_code_point(rest);
    text += point == bad_code_point ? std::string_view("?") : name.substr(0, name.size() - rest.size());
    name = rest;
  }
  return text;
}

}  // namespace

RequestReader::RequestReader(std::span<const Parameter> parameters, std::string_view query,
                             std::span<const std::string_view> path)
    : parameters_(parameters) {
  JW_ASSERT(parameters.size() <= most_parameters);
  if (!query.empty()) read_query(query);
  for (std::size_t index = 0; index < parameters.size(); ++index) {
    const Parameter& parameter = parameters[index];
    if (parameter.in == In::path) {
      JW_ASSERT(parameter.position < path.size());
      values_[index] = path[parameter.position];
      given_[index] = true;
    } else if (!given_[index] && parameter.default_text) {
      values_[index] = *parameter.default_text;
      given_[index] = true;
    } else if (!given_[index] && parameter.required) {
      fault(parameter.name, Error(ErrorCode::invalid, "schema.parameter_missing"));
    }
  }
}

void RequestReader::read_query(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string_view name, value;
    if (!decode(pair.substr(0, equals), name) ||
        !decode(pair.substr(std::min(equals + 1, pair.size())), value)) {
      fault(shown(pair.substr(0, equals)), Error(ErrorCode::invalid, "schema.parameter_escape"));
      continue;
    }
    const auto found = std::find_if(parameters_.begin(), parameters_.end(), [&](const Parameter& parameter) {
      return parameter.in == In::query && parameter.name == name;
    });
    if (found == parameters_.end()) {
      fault(shown(name),
            Error(ErrorCode::invalid, "schema.parameter_unknown").with("expected", names_of(parameters_)));
      continue;
    }
    const auto index = static_cast<std::size_t>(found - parameters_.begin());
    if (given_[index]) {
      fault(found->name, Error(ErrorCode::invalid, "schema.parameter_repeated"));
      continue;
    }
    given_[index] = true;
    values_[index] = value;
  }
}

bool RequestReader::decode(std::string_view text, std::string_view& into) {
  if (text.find_first_of("%+") == std::string_view::npos) {
    into = text;
    return true;
  }
  auto decoded = std::make_unique<std::string>();
  if (!decode_form(text, *decoded)) return false;
  into = *decoded;
  decoded_.push_back(std::move(decoded));
  return true;
}

std::string_view RequestReader::raw(std::size_t index) {
  return values_[index];
}

void RequestReader::read(std::size_t index, std::string& into) {
  if (!given(index)) return;
  const Type& type = *parameters_[index].type;
  if (type.kind == Kind::choice) {
    std::size_t chosen = 0;
    take(index, read_choice(type, raw(index), chosen));
  } else {
    take(index, check_text(type, raw(index)));
  }
  into = raw(index);
}

void RequestReader::read(std::size_t index, std::int64_t& into) {
  if (given(index)) take(index, read_integer(*parameters_[index].type, raw(index), into));
}
void RequestReader::read(std::size_t index, double& into) {
  if (given(index)) take(index, read_number(*parameters_[index].type, raw(index), into));
}
void RequestReader::read(std::size_t index, bool& into) {
  if (given(index)) take(index, read_boolean(*parameters_[index].type, raw(index), into));
}
void RequestReader::read(std::size_t index, Day& into) {
  if (given(index)) take(index, read_day(*parameters_[index].type, raw(index), into));
}
void RequestReader::read(std::size_t index, Instant& into) {
  if (given(index)) take(index, read_instant(*parameters_[index].type, raw(index), into));
}

void RequestReader::take(std::size_t index, std::optional<Error> bad) {
  if (bad) fault(parameters_[index].name, std::move(*bad));
}

void RequestReader::read_key(std::string_view header, KeyNeed need, std::optional<std::string>& into) {
  if (header.empty()) {
    if (need == KeyNeed::required)
      fault("Idempotency-Key", Error(ErrorCode::invalid, "schema.idempotency_key_missing"));
    return;
  }
  const bool visible = std::all_of(header.begin(), header.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (header.size() > 128 || !visible) {
    fault("Idempotency-Key", Error(ErrorCode::invalid, "schema.bad_idempotency_key"));
    return;
  }
  into = std::string(header);
}

void RequestReader::read_body(const Type& type, std::string_view body, std::size_t most_bytes, Datum& into) {
  auto read = read_json(type, body, most_bytes);
  if (read.ok()) {
    into = *std::move(read);
  } else {
    body_error_ = std::move(read).error();
  }
}

void RequestReader::fault(std::string_view parameter, Error error) {
  if (faults_.size() >= most_field_faults) return;
  error.arguments.emplace_back("field", std::string(parameter));
  error.field = std::string(parameter);
  faults_.push_back(std::move(error));
}

std::optional<Error> RequestReader::error() const {
  if (faults_.empty()) return body_error_;
  Error all = faults_.front();
  all.field.clear();
  all.causes = faults_;
  if (body_error_)
    all.causes.insert(all.causes.end(), body_error_->causes.begin(), body_error_->causes.end());
  if (all.causes.size() > most_field_faults) all.causes.resize(most_field_faults);
  return all;
}

}  // namespace jingwei::schema
