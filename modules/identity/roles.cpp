#include "modules/identity/roles.h"

#include <algorithm>
#include <sstream>

#include "base/json.h"
#include "modules/identity/account.h"
#include "modules/identity/builtin_roles.h"
#include "modules/identity/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::identity {

namespace {

constexpr std::string_view every_purpose = "*";
constexpr std::size_t words_most = 200;
constexpr std::array<std::string_view, 6> personal_classes = {"basic",   "name",    "identifier",
                                                              "contact", "address", "health"};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> cut(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::vector<std::string> list;
  for (std::string word; words >> word;) list.push_back(word);
  return list;
}

bool is_name(std::string_view text, std::string_view also) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
  });
}

std::shared_ptr<access::Role> role_of(const RoleDraft& draft) {
  auto role = std::make_shared<access::Role>();
  role->id = draft.id;
  role->zh = draft.zh;
  role->en = draft.en;
  // What an older program wrote and this one no longer knows gives nothing.
  for (const auto& id : draft.permissions) {
    if (const auto place = access::find_permission(id)) role->permissions.set(*place);
  }
  role->classes.insert(draft.classes.begin(), draft.classes.end());
  for (const auto& purpose : draft.purposes) {
    if (purpose == every_purpose) {
      role->every_purpose = true;
    } else {
      role->purposes.insert(purpose);
    }
  }
  return role;
}

Error bad(const char* message, const char* field) {
  return Error(ErrorCode::invalid, message).at(field);
}

Result<void> check_words(const RoleDraft& draft) {
  if (!is_name(draft.id, "-")) return bad("identity.role_id", "/id");
  if (draft.zh.empty() || draft.zh.size() > words_most) return bad("identity.role_title", "/title/zh");
  if (draft.en.empty() || draft.en.size() > words_most) return bad("identity.role_title", "/title/en");
  if (draft.purposes.size() > words_most) return bad("identity.unknown_purpose", "/purposes");
  for (const auto& one : draft.classes) {
    if (std::find(personal_classes.begin(), personal_classes.end(), one) == personal_classes.end())
      return std::move(bad("identity.unknown_class", "/classes")).with("word", one);
  }
  for (const auto& one : draft.purposes) {
    if (one != every_purpose && !is_name(one, "-_."))
      return std::move(bad("identity.unknown_purpose", "/purposes")).with("word", one);
  }
  return {};
}

// Permissions of two administrations never stand in one role.
Result<void> check_duties(const RoleDraft& draft) {
  access::Duty duty = access::Duty::work;
  for (const auto& id : draft.permissions) {
    const auto place = access::find_permission(id);
    if (!place) return std::move(bad("identity.unknown_permission", "/permissions")).with("word", id);
    const access::Duty one = access::permissions()[*place].duty;
    if (one == access::Duty::work || one == duty) continue;
    if (duty != access::Duty::work) return bad("identity.two_duties", "/permissions");
    duty = one;
  }
  return {};
}

Error built_in(const std::string& id) {
  return Error(ErrorCode::denied, "identity.role_built_in").with("role", id);
}

bool is_built_in(std::string_view id) {
  const auto& list = builtin_roles();
  return std::any_of(list.begin(), list.end(), [&](const auto& role) { return role->id == id; });
}

storage::AuditEntry entry_of(const std::string& actor, const char* event, const std::string& role,
                             const RoleDraft* draft) {
  JsonWriter detail;
  detail.begin_object();
  if (draft != nullptr) {
    detail.member("permissions", joined(draft->permissions));
    detail.member("classes", joined(draft->classes));
    detail.member("purposes", joined(draft->purposes));
  }
  detail.end_object();
  return {actor, event, "role:" + role, detail.take()};
}

}  // namespace

std::optional<storage::Idempotency> repeatable(const WriteRequest& request, std::string_view operation,
                                               const std::vector<std::string>& told, std::string answer) {
  if (!request.idempotency_key) return std::nullopt;
  std::string all;
  for (const auto& one : told) all.append(std::to_string(one.size())).append(":").append(one);
  return storage::Idempotency{request.actor, std::string(operation), *request.idempotency_key,
                              storage::sha256_hex(all), std::move(answer)};
}

bool acts_alone(const WriteRequest& request) {
  return account_of(request.actor).has_value() && request.confirmed_by.empty();
}

storage::FeedEvent event_of(std::string_view kind, std::string_view member, std::string_view id) {
  JsonWriter body;
  body.begin_object();
  body.member(member, id);
  body.end_object();
  return {std::string(kind), body.take()};
}

Result<void> Roles::reload() {
  std::map<std::string, KnownRole, std::less<>> read;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::all_roles, {}, [&](const storage::Row& row) {
    const RoleDraft draft{std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                          cut(row.text(3)),         cut(row.text(4)),         cut(row.text(5))};
    read[draft.id] = {role_of(draft), row.integer(8), from_micros(row.integer(6)), std::string(row.text(7))};
    return true;
  }));
  const std::lock_guard lock(mutex_);
  made_ = std::move(read);
  return {};
}

std::vector<KnownRole> Roles::all() const {
  std::vector<KnownRole> list;
  for (const auto& role : builtin_roles()) list.push_back({role, 0, std::nullopt, ""});
  const std::lock_guard lock(mutex_);
  for (const auto& [unused, known] : made_) list.push_back(known);
  return list;
}

std::shared_ptr<const access::Role> Roles::find(std::string_view id) const {
  for (const auto& role : builtin_roles()) {
    if (role->id == id) return role;
  }
  const std::lock_guard lock(mutex_);
  const auto place = made_.find(id);
  return place == made_.end() ? nullptr : place->second.role;
}

Result<KnownRole> Roles::get(const std::string& id) const {
  for (const auto& known : all()) {
    if (known.role->id == id) return known;
  }
  return Error(ErrorCode::not_found, "identity.no_role").with("role", id);
}

// What a role gives more, its holders have at once: nobody gives it to themselves, and none comes to belong
// to another administration in this way.
Result<void> Roles::check_holders(const RoleDraft& draft, const std::string& actor) const {
  const auto own = account_of(actor);
  const storage::Value parameters[] = {draft.id, own ? own->value : std::int64_t{0}};
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto mine, storage::query_integer(*reader, sql::count_grants_of_role_to, parameters));
  if (mine.value_or(0) > 0) return Error(ErrorCode::denied, "identity.grant_to_oneself");
  const auto standing = find(draft.id);
  if (!standing || standing->duty() == role_of(draft)->duty()) return {};
  JW_ASSIGN(const auto held,
            storage::query_integer(*reader, sql::count_grants_of_role, std::span(parameters, 1)));
  if (held.value_or(0) == 0) return {};
  return Error(ErrorCode::conflict, "identity.role_in_use")
      .with("role", draft.id)
      .with("grants", std::to_string(*held));
}

Result<KnownRole> Roles::put(const RoleDraft& draft, std::int64_t version, const WriteRequest& request) {
  if (is_built_in(draft.id)) return built_in(draft.id);
  JW_TRY(check_words(draft));
  JW_TRY(check_duties(draft));
  if (version != 0) JW_TRY(check_holders(draft, request.actor));
  const std::int64_t now = to_micros(parts_.clock.now());
  storage::Change change;
  if (version == 0) {
    change.writes.push_back({&sql::add_role,
                             {draft.id, draft.zh, draft.en, joined(draft.permissions), joined(draft.classes),
                              joined(draft.purposes), now, request.actor},
                             1});
  } else {
    change.writes.push_back({&sql::change_role,
                             {draft.id, version, draft.zh, draft.en, joined(draft.permissions),
                              joined(draft.classes), joined(draft.purposes), now, request.actor},
                             1});
  }
  change.events.push_back(event_of(role_event, "role", draft.id));
  change.audit.push_back(entry_of(request.actor, "role.put", draft.id, &draft));
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) {
    if (committed.error().code == ErrorCode::conflict)
      return Error(ErrorCode::conflict, "identity.role_changed").with("role", draft.id);
    return std::move(committed).error();
  }
  JW_TRY(reload());
  changed_();
  return get(draft.id);
}

Result<void> Roles::drop(const std::string& id, const WriteRequest& request) {
  if (is_built_in(id)) return built_in(id);
  JW_ASSIGN(const KnownRole known, get(id));
  JW_ASSIGN(auto reader, parts_.store.read());
  const storage::Value key = id;
  JW_ASSIGN(const auto held, storage::query_integer(*reader, sql::count_grants_of_role, std::span(&key, 1)));
  if (held.value_or(0) > 0) {
    return Error(ErrorCode::conflict, "identity.role_in_use")
        .with("role", id)
        .with("grants", std::to_string(*held));
  }
  reader.reset();
  storage::Change change;
  change.writes.push_back({&sql::drop_role, {id, known.row_version}, 1});
  change.events.push_back(event_of(role_event, "role", id));
  change.audit.push_back(entry_of(request.actor, "role.drop", id, nullptr));
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return reload();
}

}  // namespace jingwei::identity
