#include "modules/source/terms.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json.h"
#include "base/json_members.h"
#include "base/limits.h"

namespace jingwei::source {

namespace {

bool is_purpose_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && id.front() >= 'a' && id.front() <= 'z' &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

void write_purposes(JsonWriter& json, const std::vector<TermsPurpose>& purposes) {
  json.begin_array();
  for (const auto& one : purposes) {
    json.begin_object();
    json.member("id", one.id);
    json.member("title", one.title);
    json.member("legal_basis", one.legal_basis);
    json.member("valid_until", to_iso(one.valid_until));
    json.end_object();
  }
  json.end_array();
}

Result<void> Terms::check(Day today) const {
  if (revoked_at) {
    return Error(ErrorCode::gone, "source.terms_revoked")
        .with("agreement", agreement)
        .with("day", to_rfc3339(*revoked_at).substr(0, 10));
  }
  if (signed_on && today < *signed_on) {
    return Error(ErrorCode::gone, "source.terms_not_begun")
        .with("agreement", agreement)
        .with("day", to_iso(*signed_on));
  }
  if (valid_until && today > *valid_until) {
    return Error(ErrorCode::gone, "source.terms_lapsed")
        .with("agreement", agreement)
        .with("day", to_iso(*valid_until));
  }
  const auto lasts = [&](const TermsPurpose& one) { return today <= one.valid_until; };
  if (!purposes.empty() && std::none_of(purposes.begin(), purposes.end(), lasts)) {
    const auto last = std::max_element(purposes.begin(), purposes.end(),
                                       [](const TermsPurpose& one, const TermsPurpose& other) {
                                         return one.valid_until < other.valid_until;
                                       });
    return Error(ErrorCode::gone, "source.purposes_ended").with("day", to_iso(last->valid_until));
  }
  return {};
}

const TermsPurpose* Terms::purpose(std::string_view id) const {
  const auto found =
      std::find_if(purposes.begin(), purposes.end(), [&](const TermsPurpose& one) { return one.id == id; });
  return found == purposes.end() ? nullptr : &*found;
}

Result<void> check_form(const Terms& terms) {
  if (terms.signed_on && terms.valid_until && *terms.valid_until < *terms.signed_on)
    return Error(ErrorCode::invalid, "source.terms_turned").at("/terms/valid_until");
  if (terms.purposes.size() > limits::term_purposes) {
    return Error(ErrorCode::invalid, "source.too_many_purposes")
        .with("limit", std::to_string(limits::term_purposes))
        .at("/terms/purposes");
  }
  for (std::size_t at = 0; at < terms.purposes.size(); ++at) {
    const TermsPurpose& one = terms.purposes[at];
    const std::string field = "/terms/purposes/" + std::to_string(at);
    if (!is_purpose_id(one.id) || terms.purpose(one.id) != &one)
      return Error(ErrorCode::invalid, "source.bad_purpose").with("purpose", one.id).at(field + "/id");
    if (one.legal_basis.empty())
      return Error(ErrorCode::invalid, "source.purpose_without_basis")
          .with("purpose", one.id)
          .at(field + "/legal_basis");
  }
  return {};
}

std::string to_json(const Terms& terms) {
  JsonWriter json;
  json.begin_object();
  json.member("agreement", terms.agreement);
  if (!terms.legal_basis.empty()) json.member("legal_basis", terms.legal_basis);
  if (!terms.contact.empty()) json.member("contact", terms.contact);
  if (!terms.purposes.empty()) {
    json.key("purposes");
    write_purposes(json, terms.purposes);
  }
  if (terms.signed_on) json.member("signed_on", to_iso(*terms.signed_on));
  if (terms.valid_until) json.member("valid_until", to_iso(*terms.valid_until));
  if (terms.revoked_at) json.member("revoked_at", to_rfc3339(*terms.revoked_at));
  if (!terms.revoked_why.empty()) json.member("revoked_why", terms.revoked_why);
  json.end_object();
  return json.take();
}

Terms terms_from_json(std::string_view json) {
  boost::json::error_code fault;
  const boost::json::value parsed = boost::json::parse(json, fault);
  if (fault || !parsed.is_object()) return {};
  const auto& object = parsed.as_object();
  Terms terms;
  terms.agreement = member_text(object, "agreement");
  terms.legal_basis = member_text(object, "legal_basis");
  terms.contact = member_text(object, "contact");
  if (const auto* purposes = object.if_contains("purposes"); purposes != nullptr && purposes->is_array()) {
    for (const auto& item : purposes->as_array()) {
      if (!item.is_object()) continue;
      const auto& one = item.as_object();
      // A day that cannot be read is one long past: nothing may be done for that purpose.
      const Day until = parse_iso_day(member_text(one, "valid_until")).value_or(Day{});
      terms.purposes.push_back(
          {member_text(one, "id"), member_text(one, "title"), member_text(one, "legal_basis"), until});
    }
  }
  terms.signed_on = parse_iso_day(member_text(object, "signed_on"));
  terms.valid_until = parse_iso_day(member_text(object, "valid_until"));
  terms.revoked_at = parse_rfc3339(member_text(object, "revoked_at"));
  terms.revoked_why = member_text(object, "revoked_why");
  return terms;
}

}  // namespace jingwei::source
