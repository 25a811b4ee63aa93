#include "modules/identity/provider_routes.h"

#include "base/json_items.h"
#include "modules/identity/identity_json.h"

namespace jingwei::identity {

using http::problem;

namespace {

constexpr std::string_view attempt_cookie = "jingwei_attempt";

std::string text_or(const schema::Datum& given, std::string otherwise = {}) {
  return given.present() ? given.text() : std::move(otherwise);
}

bool truth_or(const schema::Datum& given, bool otherwise) {
  return given.present() ? given.boolean() : otherwise;
}

ProviderDraft draft_of(const std::string& id, const schema::Datum& body) {
  ProviderDraft draft;
  Provider& one = draft.provider;
  one.id = id;
  one.zh = body["title"]["zh"].text();
  one.en = body["title"]["en"].text();
  one.audience =
      body["audience"].text() == name_of(Audience::resident) ? Audience::resident : Audience::staff;
  one.issuer = body["issuer"].text();
  one.client_id = body["client_id"].text();
  if (body["client_secret"].present()) draft.secret = body["client_secret"].text();
  one.scopes = text_or(body["scopes"], one.scopes);
  one.return_address = body["return_address"].text();
  one.account_claim = text_or(body["account_claim"]);
  one.name_claim = text_or(body["name_claim"], one.name_claim);
  one.document_kind_claim = text_or(body["document_kind_claim"]);
  one.document_number_claim = text_or(body["document_number_claim"]);
  if (body["document_words"].present()) {
    for (const auto& pair : body["document_words"].items())
      one.document_words.emplace_back(pair["word"].text(), pair["kind"].text());
  }
  one.first_login =
      text_or(body["first_login"]) == name_of(FirstLogin::create) ? FirstLogin::create : FirstLogin::refuse;
  one.second_factor = truth_or(body["second_factor"], false);
  one.enabled = truth_or(body["enabled"], true);
  draft.version = body["version"].present() ? body["version"].integer() : 0;
  return draft;
}

}  // namespace

void set_cookie(http::Response& response, Cookies cookies, std::string_view name, const std::string& value,
                std::chrono::microseconds life) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(life).count();
  response.headers.emplace_back(
      "Set-Cookie", std::string(name) + "=" + value +
                        "; Path=/; Max-Age=" + std::to_string(std::max<std::int64_t>(seconds, 0)) +
                        "; HttpOnly; SameSite=Strict" + (cookies == Cookies::secure ? "; Secure" : ""));
}

http::Response ProviderHandlers::ways(const http::Request& http) {
  const auto all = elsewhere().providers().all();
  if (!all) return problem(all.error(), http.language);
  std::vector<Provider> open;
  for (const auto& one : *all) {
    if (one.enabled) open.push_back(one);
  }
  return http::Response::json(items_json(open, [&](JsonWriter& json, const Provider& one) {
    json.begin_object();
    json.member("id", one.id);
    json.member("title", http.language == Language::zh ? one.zh : one.en);
    json.member("audience", name_of(one.audience));
    json.end_object();
  }));
}

http::Response ProviderHandlers::begin(const http::Request& http, const std::string& provider,
                                       const schema::Datum& body) {
  AccountId joining;
  if (truth_or(body["join"], false)) {
    if (!http.caller || http.caller->account() == 0)
      return problem(Error(ErrorCode::unauthenticated, "access.sign_in"), http.language);
    joining = AccountId(http.caller->account());
  }
  const auto begun = elsewhere().begin(provider, text_or(body["next"]), joining);
  if (!begun) return problem(begun.error(), http.language);
  JsonWriter json;
  json.begin_object();
  json.member("address", begun->address);
  json.end_object();
  http::Response response = http::Response::json(json.take());
  set_cookie(response, cookies_, attempt_cookie, begun->attempt, ProviderSignIn::attempt_life);
  return response;
}

http::Response ProviderHandlers::finish(const http::Request& http, const schema::Datum& body,
                                        const Origin& origin, const Told& tell) {
  const std::string attempt(http::cookie_of(http, attempt_cookie));
  const std::string state = text_or(body["state"]), code = text_or(body["code"]);
  const AccountId account(http.caller ? http.caller->account() : 0);
  const auto came = state.empty()
                        ? elsewhere().confirm(code, attempt, origin)
                        : elsewhere().finish({state, code, text_or(body["iss"]), text_or(body["error"])},
                                             attempt, account, origin);
  if (!came) return problem(came.error(), http.language);
  if (came->code_wanted) {
    http::Response response =
        problem(Error(ErrorCode::unauthenticated, "identity.code_needed").at("/code"), http.language);
    set_cookie(response, cookies_, attempt_cookie, came->attempt, ProviderSignIn::attempt_life);
    return response;
  }
  http::Response response = tell(*came);
  set_cookie(response, cookies_, attempt_cookie, "", std::chrono::seconds{0});
  return response;
}

http::Response ProviderHandlers::documents(const http::Request& http) {
  const auto all = elsewhere().documents().of(AccountId(http.caller->account()));
  if (!all) return problem(all.error(), http.language);
  return http::Response::json(items_json(*all, write_document));
}

http::Response ProviderHandlers::list(const http::Request& http) {
  const auto all = elsewhere().providers().all();
  if (!all) return problem(all.error(), http.language);
  return http::Response::json(items_json(*all, write_provider));
}

http::Response ProviderHandlers::get(const http::Request& http, const std::string& provider) {
  const auto one = elsewhere().providers().get(provider);
  if (!one) return problem(one.error(), http.language);
  JsonWriter json(1'024);
  write_provider(json, *one);
  return http::Response::json(json.take());
}

http::Response ProviderHandlers::put(const http::Request& http, const std::string& provider,
                                     const schema::Datum& body) {
  const auto one = elsewhere().providers().put(draft_of(provider, body), {http.actor()});
  if (!one) return problem(one.error(), http.language);
  JsonWriter json(1'024);
  write_provider(json, *one);
  return http::Response::json(json.take());
}

http::Response ProviderHandlers::drop(const http::Request& http, const std::string& provider) {
  const auto dropped = elsewhere().providers().drop(provider, {http.actor()});
  return dropped ? http::Response::no_content() : problem(dropped.error(), http.language);
}

http::Response ProviderHandlers::try_out(const http::Request& http, const std::string& provider) {
  const auto one = elsewhere().providers().get(provider);
  if (!one) return problem(one.error(), http.language);
  const auto keys = elsewhere().talk().try_out(*one);
  if (!keys) return problem(keys.error(), http.language);
  const auto service = elsewhere().talk().metadata(*one);
  if (!service) return problem(service.error(), http.language);
  JsonWriter json;
  json.begin_object();
  json.member("keys", static_cast<std::int64_t>(*keys));
  json.member("authorization_endpoint", service->authorization_endpoint);
  json.end_object();
  return http::Response::json(json.take());
}

}  // namespace jingwei::identity
