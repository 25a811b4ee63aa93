#include "modules/identity/identity_routes.h"

#include "base/json_items.h"
#include "crypto/one_time.h"
#include "modules/identity/account_order_routes.h"
#include "modules/identity/api.gen.h"
#include "modules/identity/gate_routes.h"
#include "modules/identity/identity_json.h"
#include "modules/identity/people_routes.h"
#include "modules/identity/provider_routes.h"
#include "modules/identity/request_routes.h"
#include "storage/digest.h"

namespace jingwei::identity {

using http::problem;

namespace {

constexpr std::int64_t key_days = 180;  // unless said otherwise

std::string text_or(const schema::Datum& given, std::string otherwise = {}) {
  return given.present() ? given.text() : std::move(otherwise);
}

std::optional<Instant> instant_of(const schema::Datum& given) {
  return given.present() ? std::optional<Instant>(given.instant()) : std::nullopt;
}

std::vector<std::string> texts_of(const schema::Datum& given) {
  std::vector<std::string> texts;
  for (const auto& one : given.items()) texts.push_back(one.text());
  return texts;
}

// When a grant begins or ends next.
Instant next_change(const SignedIn& who, Instant now) {
  Instant next = Instant::max();
  for (const auto& grant : who.grants) {
    if (grant.from > now) next = std::min(next, grant.from);
    if (grant.until && *grant.until > now) next = std::min(next, *grant.until);
  }
  return next;
}

}  // namespace

class IdentityRoutes::Handlers final : public api::Operations {
 public:
  Handlers(IdentityService& identity, Cookies cookies)
      : identity_(identity),
        cookies_(cookies),
        gate_(identity),
        elsewhere_(identity, cookies),
        orders_(identity) {}

  Gate& gate() { return gate_; }

  http::Response open_session(const http::Request& http, const api::OpenSession& in) override {
    const auto done = try_in(http, in.body);
    if (!done) return refusal(done.error(), http.language);
    const auto who = identity_.tokens().find(done->opened.text);
    if (!who) return problem(Error(ErrorCode::unauthenticated, "identity.session_over"), http.language);
    const bool as_token = in.body["token"].present() && in.body["token"].boolean();
    JsonWriter json(1'024);
    json.begin_object();
    json.key("token");
    if (as_token) {
      json.value(done->opened.text);
    } else {
      json.null();
    }
    json.key("me");
    write_me(json, *who->caller, who.get(), now(), shown(http));
    json.end_object();
    http::Response response = http::Response::json(json.take(), 201);
    if (!as_token) keep_session(response, *done);
    return response;
  }

  http::Response send_code(const http::Request& http, const api::SendCode& in) override {
    const auto asker =
        identity_.sign_in().send_code(in.body["phone"].text(), asking(http, text_or(in.body["asker"])));
    if (!asker) return refusal(asker.error(), http.language);
    http::Response response = http::Response::json(asker_json(*asker));
    if (!asker->empty()) set_cookie(response, cookies_, asker_cookie, *asker, SignIn::asker_life);
    return response;
  }

  http::Response get_me(const http::Request& http, const api::GetMe&) override {
    const auto who = signed_in(http);
    const auto shown_as = shown(http);
    const Instant at = now();
    if (who) {
      if (auto kept = who->me->find(http.language, shown_as.kept, at))
        return http::Response::json(std::move(*kept));
    }
    JsonWriter json(4'096);
    write_me(json, *http.caller, who.get(), at, shown_as);
    if (who) who->me->keep(http.language, shown_as.kept, at, next_change(*who, at), json.text());
    return http::Response::json(json.take());
  }

  http::Response sign_out(const http::Request& http, const api::SignOut&) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    const auto ended =
        identity_.tokens().end(who->token.account, who->token.id, "session.close", {http.actor()});
    if (!ended) return problem(ended.error(), http.language);
    http::Response response = http::Response::no_content();
    set_cookie(response, cookies_, session_cookie, "", std::chrono::seconds{0});
    return response;
  }

  http::Response list_sessions(const http::Request& http, const api::ListSessions&) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    return tokens_response(who->token.account, who->token.id, http.language);
  }

  http::Response close_session(const http::Request& http, const api::CloseSession& in) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    return done(
        identity_.tokens().end(who->token.account, TokenId(in.token), "session.close", {http.actor()}), http);
  }

  http::Response change_password(const http::Request& http, const api::ChangePassword& in) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    return done(identity_.sign_in().change_password(*who, in.body["present"].text(),
                                                    in.body["password"].text(), origin(http)),
                http);
  }

  http::Response make_second_factor(const http::Request& http, const api::MakeSecondFactor&) override {
    const std::string secret = SignIn::new_secret();
    const std::string typed = crypto::base32(secret);
    JsonWriter json;
    json.begin_object();
    json.member("secret", storage::hex_of(secret));
    json.member("typed", typed);
    // Key Uri Format of authenticators.
    json.member("uri", "otpauth://totp/Jingwei:" + http.actor() + "?secret=" + typed + "&issuer=Jingwei");
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response put_second_factor(const http::Request& http, const api::PutSecondFactor& in) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    return done(
        identity_.sign_in().set_second_factor(who->token.account, bytes_of_hex(in.body["secret"].text()),
                                              in.body["code"].text(), {http.actor()}),
        http);
  }

  http::Response drop_second_factor(const http::Request& http, const api::DropSecondFactor& in) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    return done(identity_.sign_in().drop_second_factor(*who, in.body["password"].text(), origin(http)), http);
  }

  http::Response lend_grant(const http::Request& http, const api::LendGrant& in) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    if (who->must_change || who->second_factor_wanted || who->kind != AccountKind::staff)
      return problem(Error(ErrorCode::denied, "identity.lend_not_yet"), http.language);
    const auto lender = accounts().get(who->token.account);
    if (!lender) return problem(lender.error(), http.language);
    const auto to = accounts().find_by_login(in.body["to"].text());
    if (!to) return problem(to.error(), http.language);
    if (!*to)
      return problem(Error(ErrorCode::not_found, "identity.no_account_of_login").at("/to"), http.language);
    const Lending wanted{GrantId(in.body["grant"].integer()), (*to)->id, instant_of(in.body["from"]),
                         in.body["until"].instant(), in.body["reason"].text()};
    return grant_response(accounts().lend(*lender, wanted, {http.actor(), in.idempotency_key}), http, 201);
  }

  http::Response break_glass(const http::Request& http, const api::BreakGlass& in) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    const auto account = accounts().get(who->token.account);
    if (!account) return problem(account.error(), http.language);
    const auto glass = accounts().break_glass(*account, in.body["region"].text(), in.body["reason"].text(),
                                              {http.actor(), in.idempotency_key});
    if (glass) identity_.alarm(*account, *glass);
    return grant_response(glass, http, 201);
  }

  http::Response list_sign_in_ways(const http::Request& http, const api::ListSignInWays&) override {
    return elsewhere_.ways(http);
  }

  http::Response begin_sign_in(const http::Request& http, const api::BeginSignIn& in) override {
    return elsewhere_.begin(http, in.provider, in.body);
  }

  http::Response finish_sign_in(const http::Request& http, const api::FinishSignIn& in) override {
    return elsewhere_.finish(http, in.body, origin(http), [&](const CameThrough& came) {
      const auto who = came.done ? identity_.tokens().find(came.done->opened.text) : nullptr;
      if (came.done && !who)
        return problem(Error(ErrorCode::unauthenticated, "identity.session_over"), http.language);
      JsonWriter json(1'024);
      json.begin_object();
      json.key("me");
      if (who) {
        write_me(json, *who->caller, who.get(), now(), shown(http));
      } else {
        json.null();
      }
      json.key("next");
      if (came.next.empty()) {
        json.null();
      } else {
        json.value(came.next);
      }
      json.end_object();
      http::Response response = http::Response::json(json.take());
      if (came.done) keep_session(response, *came.done);
      return response;
    });
  }

  http::Response list_my_documents(const http::Request& http, const api::ListMyDocuments&) override {
    return http.caller->is_local() ? not_for_local(http) : elsewhere_.documents(http);
  }

  http::Response list_providers(const http::Request& http, const api::ListProviders&) override {
    return elsewhere_.list(http);
  }

  http::Response get_provider(const http::Request& http, const api::GetProvider& in) override {
    return elsewhere_.get(http, in.provider);
  }

  http::Response put_provider(const http::Request& http, const api::PutProvider& in) override {
    return elsewhere_.put(http, in.provider, in.body);
  }

  http::Response drop_provider(const http::Request& http, const api::DropProvider& in) override {
    return elsewhere_.drop(http, in.provider);
  }

  http::Response try_provider(const http::Request& http, const api::TryProvider& in) override {
    return elsewhere_.try_out(http, in.provider);
  }

  http::Response list_accounts(const http::Request& http, const api::ListAccounts& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    AccountQuery query;
    if (in.kind) query.kind = account_kind_named(*in.kind);
    if (in.state) query.state = *in.state == "open" ? AccountState::open : AccountState::closed;
    query.before = AccountId(in.cursor.value_or(0));
    query.most = limit + 1;
    const auto all = accounts().list(query);
    if (!all) return problem(all.error(), http.language);
    const Shown how = shown(http);
    return http::Response::json(page_json(*all, limit, [&](JsonWriter& json, const Account& one) {
      const auto grants = accounts().grants_of(one.id);
      write_account(json, one, grants ? &*grants : nullptr, how);
    }));
  }

  http::Response create_account(const http::Request& http, const api::CreateAccount& in) override {
    NewAccount wanted;
    wanted.kind = account_kind_named(text_or(in.body["kind"], "staff")).value_or(AccountKind::staff);
    wanted.login = text_or(in.body["login"]);
    wanted.name = in.body["name"].text();
    wanted.phone = text_or(in.body["phone"]);
    wanted.department = text_or(in.body["department"]);
    wanted.with_password =
        wanted.kind != AccountKind::client && wanted.kind != AccountKind::device && !wanted.login.empty();
    if (wanted.kind == AccountKind::staff) wanted.with_password = true;
    return created_response(accounts().create(wanted, {http.actor(), in.idempotency_key}), http, 201);
  }

  http::Response get_account(const http::Request& http, const api::GetAccount& in) override {
    return account_response(accounts().get(AccountId(in.account)), http);
  }

  http::Response edit_account(const http::Request& http, const api::EditAccount& in) override {
    return account_response(orders_.edit(http, AccountId(in.account), in.body), http);
  }

  http::Response reset_account(const http::Request& http, const api::ResetAccount& in) override {
    return created_response(accounts().reset(AccountId(in.account), {http.actor()}), http, 200);
  }

  http::Response give_grant(const http::Request& http, const api::GiveGrant& in) override {
    const NewGrant wanted{AccountId(in.account),       in.body["role"].text(),
                          in.body["region"].text(),    text_or(in.body["department"]),
                          instant_of(in.body["from"]), instant_of(in.body["until"]),
                          text_or(in.body["reason"])};
    return grant_response(accounts().grant(wanted, {http.actor(), in.idempotency_key}), http, 201);
  }

  http::Response end_grant(const http::Request& http, const api::EndGrant& in) override {
    return done(accounts().end_grant(GrantId(in.grant), {http.actor()}), http);
  }

  http::Response list_grants(const http::Request& http, const api::ListGrants& in) override {
    const auto limit = static_cast<std::size_t>(in.limit);
    GrantQuery query;
    if (in.kind) query.kind = grant_kind_named(*in.kind);
    query.unreviewed = in.unreviewed.value_or(false);
    query.before = GrantId(in.cursor.value_or(0));
    query.most = limit + 1;
    const auto all = accounts().list_grants(query);
    if (!all) return problem(all.error(), http.language);
    const Shown how = shown(http);
    return http::Response::json(page_json(*all, limit, [&](JsonWriter& json, const HeldGrant& one) {
      const auto account = accounts().get(one.account);
      write_grant(json, one, account ? account->name : std::string(), how);
    }));
  }

  http::Response review_grant(const http::Request& http, const api::ReviewGrant& in) override {
    return grant_response(accounts().review(GrantId(in.grant), {http.actor()}), http, 200);
  }

  http::Response ask_account_order(const http::Request& http, const api::AskAccountOrder& in) override {
    return orders_.ask(http, in.body);
  }

  http::Response list_account_orders(const http::Request& http, const api::ListAccountOrders& in) override {
    return orders_.list(http, in.waiting.value_or(false), OrderId(in.cursor.value_or(0)),
                        static_cast<std::size_t>(in.limit));
  }

  http::Response decide_account_order(const http::Request& http, const api::DecideAccountOrder& in) override {
    return orders_.step(http, OrderId(in.order), in.body);
  }

  http::Response list_tokens(const http::Request& http, const api::ListTokens& in) override {
    return tokens_response(AccountId(in.account), TokenId(http.caller->session()), http.language);
  }

  http::Response create_key(const http::Request& http, const api::CreateKey& in) override {
    const auto account = accounts().get(AccountId(in.account));
    if (!account) return problem(account.error(), http.language);
    if (account->kind != AccountKind::client && account->kind != AccountKind::device)
      return problem(Error(ErrorCode::invalid, "identity.not_for_keys"), http.language);
    if (const auto may = accounts().check_keys(*account, {http.actor()}); !may)
      return problem(may.error(), http.language);
    const auto days = std::chrono::days{in.body["days"].present() ? in.body["days"].integer() : key_days};
    const auto made = identity_.tokens().open(*account, TokenKind::key, in.body["label"].text(), now() + days,
                                              "key.create", {http.actor(), in.idempotency_key});
    if (!made) return problem(made.error(), http.language);
    JsonWriter json;
    json.begin_object();
    json.member("key", made->text);
    json.key("token");
    write_token(json, made->token, TokenId());
    json.end_object();
    return http::Response::json(json.take(), 201);
  }

  http::Response end_token(const http::Request& http, const api::EndToken& in) override {
    return done(identity_.tokens().end(AccountId(in.account), TokenId(in.token), "key.end", {http.actor()}),
                http);
  }

  http::Response list_signers(const http::Request& http, const api::ListSigners& in) override {
    const auto all = identity_.signers().of(AccountId(in.account));
    if (!all) return problem(all.error(), http.language);
    return http::Response::json(items_json(*all, [&](JsonWriter& json, const Signer& one) {
      write_signer(json, one, identity_.tokens().key_id_of(one.id));
    }));
  }

  http::Response add_signer(const http::Request& http, const api::AddSigner& in) override {
    const auto account = accounts().get(AccountId(in.account));
    if (!account) return problem(account.error(), http.language);
    if (account->kind != AccountKind::client && account->kind != AccountKind::device)
      return problem(Error(ErrorCode::invalid, "identity.not_for_keys"), http.language);
    if (const auto may = accounts().check_keys(*account, {http.actor()}); !may)
      return problem(may.error(), http.language);
    const auto days = std::chrono::days{in.body["days"].present() ? in.body["days"].integer() : key_days};
    const auto made = identity_.signers().add(*account, in.body["public_key"].text(), in.body["label"].text(),
                                              now() + days, {http.actor()});
    if (!made) return problem(made.error(), http.language);
    JsonWriter json;
    write_signer(json, *made, identity_.tokens().key_id_of(made->id));
    return http::Response::json(json.take(), 201);
  }

  http::Response end_signer(const http::Request& http, const api::EndSigner& in) override {
    const auto ended = identity_.signers().end(AccountId(in.account), TokenId(in.signer), {http.actor()});
    identity_.tokens().forget_token(TokenId(in.signer));
    return done(ended, http);
  }

  // The browser's session ends and one of a screen begins: whoever walks by gets nothing of their rights.
  http::Response become_screen(const http::Request& http, const api::BecomeScreen& in) override {
    const auto who = signed_in(http);
    if (!who) return not_for_local(http);
    if (const auto may = http.caller->may("metrics.read", now()); !may)
      return problem(may.error(), http.language);
    const auto account = accounts().get(who->token.account);
    if (!account) return problem(account.error(), http.language);
    const auto opened = identity_.tokens().open(*account, TokenKind::session, in.body["label"].text(),
                                                now() + identity_.parts().policy.screen_session,
                                                "session.screen", {http.actor()}, Manner::screen);
    if (!opened) return problem(opened.error(), http.language);
    if (const auto ended =
            identity_.tokens().end(account->id, who->token.id, "session.close", {http.actor()});
        !ended)
      return problem(ended.error(), http.language);
    JsonWriter json;
    write_token(json, opened->token, opened->token.id);
    http::Response response = http::Response::json(json.take(), 201);
    set_cookie(response, cookies_, session_cookie, opened->text, opened->token.ends_at - now());
    return response;
  }

  http::Response name_people(const http::Request& http, const api::NamePeople& in) override {
    const auto who = signed_in(http);
    auto people = people_json(identity_, http, who ? std::optional(who->kind) : std::nullopt, in.actors);
    return people ? http::Response::json(std::move(*people)) : problem(people.error(), http.language);
  }

  http::Response list_roles(const http::Request&, const api::ListRoles&) override {
    JsonWriter json(8'192);
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& known : identity_.roles().all()) write_role(json, known);
    json.end_array();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response get_role(const http::Request& http, const api::GetRole& in) override {
    return role_response(identity_.roles().get(in.role), http);
  }

  http::Response put_role(const http::Request& http, const api::PutRole& in) override {
    const RoleDraft draft{in.role,
                          in.body["title"]["zh"].text(),
                          in.body["title"]["en"].text(),
                          texts_of(in.body["permissions"]),
                          texts_of(in.body["classes"]),
                          texts_of(in.body["purposes"])};
    const std::int64_t version = in.body["version"].present() ? in.body["version"].integer() : 0;
    return role_response(identity_.roles().put(draft, version, {http.actor()}), http);
  }

  http::Response drop_role(const http::Request& http, const api::DropRole& in) override {
    return done(identity_.roles().drop(in.role, {http.actor()}), http);
  }

  http::Response list_permissions(const http::Request& http, const api::ListPermissions&) override {
    return http::Response::json(permissions_json(http.language));
  }

 private:
  Accounts& accounts() { return identity_.accounts(); }
  Instant now() const { return identity_.parts().clock.now(); }
  // The tree is held by what is returned.
  struct Held : Shown {
    Held(const Roles& roles, std::shared_ptr<const region::Tree> tree_, Language language)
        : Shown{roles, *tree_, language}, kept(std::move(tree_)) {}
    std::shared_ptr<const region::Tree> kept;
  };
  Held shown(const http::Request& http) const {
    return {identity_.roles(), identity_.parts().regions.tree(), http.language};
  }
  std::shared_ptr<const SignedIn> signed_in(const http::Request& http) const {
    if (http.caller->is_local()) return nullptr;
    return identity_.tokens().find(token_of(http));
  }
  static Origin origin(const http::Request& http) {
    return {std::string(http.remote), std::string(http::cookie_of(http, device_cookie)), label_of(http),
            http.language};
  }
  // Whoever keeps no cookies brings along what they were given.
  static Origin asking(const http::Request& http, std::string asker) {
    Origin from = origin(http);
    from.asker = asker.empty() ? std::string(http::cookie_of(http, asker_cookie)) : std::move(asker);
    return from;
  }
  static http::Response not_for_local(const http::Request& http) {
    return problem(Error(ErrorCode::invalid, "identity.not_signed_in"), http.language);
  }

  Result<SignInDone> try_in(const http::Request& http, const schema::Datum& body) {
    if (body["login"].present() && body["password"].present())
      return identity_.sign_in().by_password(
          {body["login"].text(), body["password"].text(), text_or(body["code"])}, origin(http));
    if (body["phone"].present() && body["code"].present())
      return identity_.sign_in().by_phone(body["phone"].text(), body["code"].text(),
                                          asking(http, text_or(body["asker"])));
    return Error(ErrorCode::invalid, "identity.sign_in_how");
  }

  void keep_session(http::Response& response, const SignInDone& done) const {
    set_cookie(response, cookies_, session_cookie, done.opened.text, done.cookie_until - now());
    set_cookie(response, cookies_, device_cookie, done.device, identity_.parts().policy.device_known);
  }

  // Who has to wait is told for how long where programs look for it too.
  static http::Response refusal(const Error& error, Language language) {
    http::Response response = problem(error, language);
    for (const auto& [name, value] : error.arguments) {
      if (error.code != ErrorCode::rate_limited || name != "seconds") continue;
      std::erase_if(response.headers, [](const auto& header) { return header.first == "Retry-After"; });
      response.headers.emplace_back("Retry-After", value);
    }
    return response;
  }

  static http::Response done(const Result<void>& result, const http::Request& http) {
    if (!result) return problem(result.error(), http.language);
    return http::Response::no_content();
  }

  http::Response tokens_response(AccountId account, TokenId current, Language language) {
    const auto tokens = identity_.tokens().list(account);
    if (!tokens) return problem(tokens.error(), language);
    JsonWriter json;
    json.begin_object();
    json.key("items");
    json.begin_array();
    for (const auto& token : *tokens) write_token(json, token, current);
    json.end_array();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response grant_response(const Result<HeldGrant>& grant, const http::Request& http, int status) {
    if (!grant) return problem(grant.error(), http.language);
    JsonWriter json;
    write_grant(json, *grant, "", shown(http));
    return http::Response::json(json.take(), status);
  }

  http::Response account_response(const Result<Account>& account, const http::Request& http) {
    if (!account) return problem(account.error(), http.language);
    const auto grants = accounts().grants_of(account->id);
    if (!grants) return problem(grants.error(), http.language);
    JsonWriter json(1'024);
    write_account(json, *account, &*grants, shown(http));
    http::Response response = http::Response::json(json.take());
    response.disclosed.subject = account->actor();
    return response;
  }

  http::Response created_response(const Result<CreatedAccount>& made, const http::Request& http, int status) {
    if (!made) return problem(made.error(), http.language);
    JsonWriter json;
    json.begin_object();
    json.key("account");
    write_account(json, made->account, nullptr, shown(http));
    json.key("password");
    if (made->password.empty()) {
      json.null();
    } else {
      json.value(made->password);
    }
    json.end_object();
    return http::Response::json(json.take(), status);
  }

  static http::Response role_response(const Result<KnownRole>& known, const http::Request& http) {
    if (!known) return problem(known.error(), http.language);
    JsonWriter json(1'024);
    write_role(json, *known);
    return http::Response::json(json.take());
  }

  IdentityService& identity_;
  Cookies cookies_;
  Gate gate_;
  ProviderHandlers elsewhere_;
  OrderHandlers orders_;
};

IdentityRoutes::IdentityRoutes(IdentityService& identity, Cookies cookies)
    : handlers_(std::make_unique<Handlers>(identity, cookies)) {}

IdentityRoutes::~IdentityRoutes() = default;

std::vector<http::Route> IdentityRoutes::routes() {
  return api::routes(*handlers_);
}

Result<void> IdentityRoutes::let_in(http::Request& request, const http::Route& route) {
  return handlers_->gate().let_in(request, route);
}

}  // namespace jingwei::identity
