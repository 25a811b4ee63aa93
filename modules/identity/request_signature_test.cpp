// Goal: a signed request is who it says when everything that matters is under the signature, now, and once.
#include "modules/identity/request_signature.h"

#include "crypto/base64url.h"
#include "crypto/signing.h"
#include "modules/identity/gate_routes.h"
#include "modules/identity/identity_testing.h"
#include "storage/digest.h"

namespace jingwei::identity {
namespace {

// RFC 9421, B.1.4 and B.2.6: a published key, request and signature.
constexpr const char* published_signer = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";
constexpr const char* published_input =
    R"(sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519")";
constexpr const char* published_signature =
    "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";

std::string said(const Error& error) {
  for (const auto& [name, value] : error.arguments) {
    if (name == "why") return value;
  }
  return error.message;
}

crypto::PublicKey key_of(const std::string& base64) {
  crypto::PublicKey key{};
  const auto bytes = crypto::from_base64(base64).value();
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

// One client that signs as the standard says.
struct Client {
  crypto::SigningKey key{*crypto::Secret::parse(std::string(64, '5'))};
  std::string key_id;
  int signed_requests = 0;

  std::string public_key() const {
    return crypto::base64({reinterpret_cast<const char*>(key.public_key().data()), key.public_key().size()});
  }
  struct Headers {
    std::string input, signature;
  };
  Headers sign(const std::string& method, const std::string& target, std::int64_t created,
               const std::vector<std::pair<std::string, std::string>>& more = {}) {
    const std::size_t query = std::min(target.find('?'), target.size());
    std::string names = R"("@method" "@path" "@query")", lines;
    lines += "\"@method\": " + method + "\n\"@path\": " + target.substr(0, query) +
             "\n\"@query\": " + (query == target.size() ? "?" : target.substr(query)) + "\n";
    for (const auto& [name, value] : more) {
      names += " \"" + name + "\"";
      lines += "\"" + name + "\": " + value + "\n";
    }
    const std::string parameters = "(" + names + ");created=" + std::to_string(created) + ";keyid=\"" +
                                   key_id + "\";nonce=\"nonce-of-tests-" + std::to_string(++signed_requests) +
                                   "\";alg=\"ed25519\"";
    const auto bytes = key.sign(lines + "\"@signature-params\": " + parameters);
    return {"sig1=" + parameters,
            "sig1=:" + crypto::base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) + ":"};
  }
};

TEST(RequestSignature, ThePublishedSignatureFitsTheBaseThatIsBuiltHere) {
  // The published one has no nonce, which is wanted here: the base is built from its parts.
  const std::string nonce = std::string(published_input) + R"(;nonce="sixteen letters!")";
  EXPECT_EQ(said(parse_signature(published_input, published_signature).error()), "form")
      << "no nonce: it could be sent again";
  auto read = parse_signature(nonce, published_signature);
  ASSERT_TRUE(read.ok());
  read->parameters = std::string(published_input).substr(8);
  read->components.insert(read->components.begin() + 3, "@query");
  const std::map<std::string, std::string, std::less<>> headers = {{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
                                                                   {"content-type", "application/json"},
                                                                   {"content-length", "18"}};
  const SignedParts parts{"POST", "/foo", "example.com",
                          [&](std::string_view name) {
                            const auto place = headers.find(name);
                            return place == headers.end() ? std::string() : place->second;
                          },
                          false};
  std::string base = signature_base(*read, parts).value();
  const std::string query = "\"@query\": ?\n";
  base.erase(base.find(query), query.size());
  crypto::Signature bytes{};
  std::copy_n(read->signature.begin(), bytes.size(), bytes.begin());
  EXPECT_TRUE(crypto::verify(base, bytes, key_of(published_signer))) << base;
}

TEST(RequestSignature, OnlyTheSubsetIsRead) {
  const std::string good =
      R"(sig1=("@method" "@path" "@query");created=1;keyid="k";nonce="0123456789abcdef";alg="ed25519")";
  const std::string bytes = "sig1=:" + crypto::base64(std::string(64, 'x')) + ":";
  EXPECT_TRUE(parse_signature(good, bytes).ok());
  const auto refused = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    const auto read = parse_signature(text, bytes);
    return read ? std::string("read") : said(read.error());
  };
  EXPECT_EQ(refused(R"(;alg="ed25519")", R"(;alg="hmac-sha256")"), "algorithm");
  EXPECT_EQ(refused(R"("@query")", R"("@query";req)"), "form");
  EXPECT_EQ(refused(R"("@query")", R"("@path")"), "form") << "twice the same";
  EXPECT_EQ(refused(R"(nonce="0123456789abcdef")", R"(nonce="short")"), "form");
  EXPECT_EQ(refused(R"(created=1;)", ""), "form");
  EXPECT_EQ(refused(R"(created=1)", "created=-1"), "form");
  EXPECT_EQ(refused(R"(created=1)", "created=1;created=2"), "form");
  EXPECT_EQ(refused(R"(;alg)", R"(;tag="x";alg)"), "form");
  for (const char* signature : {"", "sig1", "sig1=", "sig2=:AAAA:", "sig1=:AAAA:", "sig1=:****:"})
    EXPECT_FALSE(parse_signature(good, signature).ok()) << signature;
}

TEST(RequestSignature, WhatMattersHasToBeCovered) {
  Client client;
  client.key_id = "k";
  const auto base_of = [&](const std::vector<std::string>& components, bool body,
                           const std::string& purpose) {
    RequestSignature signature;
    signature.components = components;
    const auto base = signature_base(signature, {"POST", "/a?b=1", "hub",
                                                 [&](std::string_view name) {
                                                   return name == "jingwei-purpose"  ? purpose
                                                          : name == "content-digest" ? "sha-256=:x:"
                                                                                     : std::string();
                                                 },
                                                 body});
    return base ? std::string("built") : said(base.error());
  };
  EXPECT_EQ(base_of({"@method", "@path", "@query"}, false, ""), "built");
  EXPECT_EQ(base_of({"@method", "@request-target"}, false, ""), "built");
  EXPECT_EQ(base_of({"@path", "@query"}, false, ""), "uncovered");
  EXPECT_EQ(base_of({"@method", "@path"}, false, ""), "uncovered");
  EXPECT_EQ(base_of({"@method", "@path", "@query"}, true, ""), "uncovered");
  EXPECT_EQ(base_of({"@method", "@path", "@query", "content-digest"}, true, ""), "built");
  EXPECT_EQ(base_of({"@method", "@path", "@query"}, false, "grid-services"), "uncovered");
  EXPECT_EQ(base_of({"@method", "@path", "@query", "jingwei-purpose"}, false, "grid-services"), "built");
  EXPECT_EQ(base_of({"@method", "@path", "@query", "x-absent"}, false, ""), "component");
  EXPECT_EQ(base_of({"@method", "@path", "@query", "@status"}, false, ""), "component");
}

template <typename Backend>
class SignedRequests : public IdentityFixture<Backend> {
 protected:
  void SetUp() override {
    IdentityFixture<Backend>::SetUp();
    if (this->IsSkipped()) return;
    NewAccount wanted;
    wanted.kind = AccountKind::client;
    wanted.name = "接口";
    wanted.with_password = false;
    account_ = must(this->service_->accounts().create(wanted, {"setup"})).account;
    this->grant(account_, "data-client");
    signer_ = must(this->service_->signers().add(account_, client_.public_key(), "夜间",
                                                 this->clock_.now() + std::chrono::days{30}, {"setup"}));
    client_.key_id = this->service_->tokens().key_id_of(signer_.id);
    gate_ = std::make_unique<Gate>(*this->service_);
    this->clock_.advance(std::chrono::seconds{5});
  }
  void TearDown() override {
    gate_.reset();
    IdentityFixture<Backend>::TearDown();
  }

  std::int64_t seconds() const {
    return std::chrono::floor<std::chrono::seconds>(this->clock_.now()).time_since_epoch().count();
  }
  http::Request request(const Client::Headers& headers, http::Method method = http::Method::get,
                        std::string_view target = "/api/v1/batches?limit=1") {
    held_.push_back(headers);
    http::Request made;
    made.method = method;
    made.target = target;
    made.remote = "10.0.0.1";
    made.headers = {
        {"Signature-Input", held_.back().input}, {"Signature", held_.back().signature}, {"Host", "hub"}};
    return made;
  }
  std::string let_in(Gate& gate, http::Request made) {
    http::Route route;
    route.permission = "ingest.read";
    const auto let = gate.let_in(made, route);
    if (!let) return said(let.error());
    return made.caller->actor() == account_.actor() ? "in" : "somebody else";
  }

  Client client_;
  Account account_;
  Signer signer_;
  std::unique_ptr<Gate> gate_;
  std::deque<Client::Headers> held_;
};

TYPED_TEST_SUITE(SignedRequests, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(SignedRequests, LetInWhoSignedNowAndOnce) {
  const auto headers = this->client_.sign("GET", "/api/v1/batches?limit=1", this->seconds());
  EXPECT_EQ(this->let_in(*this->gate_, this->request(headers)), "in");
  EXPECT_EQ(this->let_in(*this->gate_, this->request(headers)), "replayed");
  const auto other = this->client_.sign("GET", "/api/v1/batches?limit=1", this->seconds());
  EXPECT_EQ(this->let_in(*this->gate_, this->request(other, http::Method::get, "/api/v1/batches?limit=2")),
            "signature");
  EXPECT_EQ(this->let_in(*this->gate_, this->request(other, http::Method::del)), "signature");
  EXPECT_EQ(this->let_in(*this->gate_, this->request(this->client_.sign("GET", "/api/v1/batches?limit=1",
                                                                        this->seconds() - 61))),
            "time");
  EXPECT_EQ(this->let_in(*this->gate_, this->request(this->client_.sign("GET", "/api/v1/batches?limit=1",
                                                                        this->seconds() + 61))),
            "time");
  Client stranger;
  stranger.key_id = "1.0123456789abcdef";
  EXPECT_EQ(this->let_in(*this->gate_,
                         this->request(stranger.sign("GET", "/api/v1/batches?limit=1", this->seconds()))),
            "key");
}

TYPED_TEST(SignedRequests, ARequestAnsweredBeforeARestartIsNotAnsweredAgain) {
  const auto headers = this->client_.sign("GET", "/api/v1/batches?limit=1", this->seconds());
  EXPECT_EQ(this->let_in(*this->gate_, this->request(headers)), "in");
  this->clock_.advance(std::chrono::seconds{2});
  Gate restarted(*this->service_);
  EXPECT_EQ(this->let_in(restarted, this->request(headers)), "time");
}

TYPED_TEST(SignedRequests, AKeyThatIsRevokedOrOfAClosedAccountSignsNoMore) {
  const auto signed_now = [&] {
    return this->request(this->client_.sign("GET", "/api/v1/batches?limit=1", this->seconds()));
  };
  EXPECT_EQ(this->let_in(*this->gate_, signed_now()), "in");
  must(this->service_->accounts().edit(
      this->account_.id, {.name = {}, .department = {}, .state = AccountState::closed}, {"security"}));
  EXPECT_EQ(this->let_in(*this->gate_, signed_now()), "key");
  must(this->service_->accounts().edit(
      this->account_.id, {.name = {}, .department = {}, .state = AccountState::open}, {"security"}));
  EXPECT_EQ(this->let_in(*this->gate_, signed_now()), "in");
  must(this->service_->signers().end(this->account_.id, this->signer_.id, {"security"}));
  this->service_->tokens().forget_token(this->signer_.id);
  EXPECT_EQ(this->let_in(*this->gate_, signed_now()), "key");
}

TYPED_TEST(SignedRequests, BodiesAreComparedAndAWriteServesOnceInAllProcesses) {
  int handled = 0, status = 0;
  std::vector<http::Route> routes(1);
  routes[0].method = http::Method::post;
  routes[0].handle = [&](const http::Request&, const http::PathValues&, http::Responder respond) {
    ++handled;
    respond(http::Response::no_content());
  };
  check_signed_requests(routes, *this->service_, real_file_system());
  const std::string body = R"({"rows":1})",
                    digest = "sha-256=:" + crypto::base64(storage::sha256(body)) + ":";
  const auto send = [&](const Client::Headers& headers, std::string_view sent) {
    http::Request made = this->request(headers, http::Method::post, "/api/v1/x");
    made.headers.emplace_back("Content-Digest", digest);
    made.headers.emplace_back("Content-Length", "10");
    made.body = sent;
    routes[0].handle(made, {}, http::Responder([&](http::Response response) { status = response.status; }));
    return status;
  };
  const auto headers = this->client_.sign("POST", "/api/v1/x", this->seconds(), {{"content-digest", digest}});
  EXPECT_EQ(send(headers, R"({"rows":2})"), 401) << "another body under the same signature";
  EXPECT_EQ(send(headers, body), 204);
  EXPECT_EQ(send(headers, body), 401) << "through whichever process";
  EXPECT_EQ(handled, 1);
}

}  // namespace
}  // namespace jingwei::identity
