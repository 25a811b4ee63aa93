#include "modules/identity/people_routes.h"

#include "base/json.h"

namespace jingwei::identity {

namespace {

constexpr std::size_t people_most = 100;

void text_or_null(JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

struct Reader {
  bool staff = false;  // works here, or is a program that does
  std::int64_t self = 0;
  Language language = Language::zh;
};

// The region of a grant that stands, by name.
Result<std::string> place_of(IdentityService& identity, const Account& account) {
  JW_ASSIGN(const auto grants, identity.accounts().grants_of(account.id));
  const auto tree = identity.parts().regions.tree();
  for (const auto& grant : grants) {
    const region::Node node = grant.ended_at ? region::no_node : tree->find(grant.region);
    if (node != region::no_node) return std::string(tree->name(node));
  }
  return std::string();
}

Result<void> write_person(JsonWriter& json, IdentityService& identity, const Reader& reader,
                          const std::string& actor) {
  std::string kind, name, department, office;
  if (const auto id = account_of(actor)) {
    const auto account = identity.accounts().get(*id);
    if (!account && account.error().code != ErrorCode::not_found) return account.error();
    if (account) {
      const bool person = is_person(account->kind);
      const bool own = account->id.value == reader.self;
      kind = name_of(account->kind);
      // Nothing is written into the log here, so nobody is told a resident's name.
      if (own || (reader.staff && !person)) name = account->name;
      if (!person) {
        JW_ASSIGN(department, identity.accounts().office_of(*account));
        const auto& title = identity.parts().department_title;
        if (!department.empty() && title) office = title(department, reader.language);
        if (department.empty()) {
          JW_ASSIGN(office, place_of(identity, *account));
        }
      }
    }
  }
  json.begin_object();
  json.member("actor", actor);
  text_or_null(json, "kind", kind);
  text_or_null(json, "name", name);
  text_or_null(json, "department", department);
  text_or_null(json, "office", office);
  json.end_object();
  return {};
}

}  // namespace

Result<std::string> people_json(IdentityService& identity, const http::Request& http,
                                std::optional<AccountKind> kind, const std::string& actors) {
  const Reader reader{!kind || !is_person(*kind), http.caller->account(), http.language};
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  std::string_view rest = actors;
  for (std::size_t count = 0; !rest.empty(); ++count) {
    if (count == people_most)
      return Error(ErrorCode::invalid, "identity.too_many_people")
          .with("most", std::to_string(people_most))
          .at("actors");
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    if (!one.empty()) JW_TRY(write_person(json, identity, reader, std::string(one)));
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace jingwei::identity
