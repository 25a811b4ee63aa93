// Goal: whatever a department's server does, the answer is plain or unknown with why, in time, and goes
// nowhere else.
#include "modules/source/asking/exchange.h"

#include "base/limits.h"
#include "modules/source/asking/asking_testing.h"

namespace jingwei::source {
namespace {

using jingwei::testing::Certificate;
using jingwei::testing::Department;
using std::chrono::milliseconds;

Peer peer_of(const Department& department, bool tls = false, const std::string& host = "127.0.0.1") {
  return {{tls, host, department.port(), ""}, "", false};
}

Reply ask(const Peer& peer, milliseconds patience = milliseconds{5'000}) {
  Exchange exchange(peer);
  return exchange.ask({"GET", "/x", "", {}}, patience);
}

std::string answers(const std::string& raw, Reason& trouble) {
  Department department([raw](const std::string&) { return raw; });
  Reply reply = ask(peer_of(department));
  trouble = reply.trouble;
  return reply.body;
}

TEST(Exchange, BringsStatusAndBody) {
  Department department([](const std::string&) { return Department::json("{\"a\":1}", 201); });
  const Reply reply = ask(peer_of(department));
  EXPECT_EQ(reply.trouble, Reason::none);
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "{\"a\":1}");
  const std::string request = department.last();
  EXPECT_NE(request.find("Host: 127.0.0.1:" + std::to_string(department.port()) + "\r\n"), std::string::npos);
  EXPECT_NE(request.find("Connection: close\r\n"), std::string::npos);
}

TEST(Exchange, SendsABodyAsJson) {
  Department department([](const std::string&) { return Department::json("{}"); });
  Exchange exchange(peer_of(department));
  EXPECT_EQ(exchange.ask({"POST", "/q", R"({"id":"张"})", {{"X-Dept", "a"}}}, milliseconds{5'000}).status,
            200);
  const std::string request = department.last();
  EXPECT_TRUE(request.starts_with("POST /q HTTP/1.1\r\n"));
  EXPECT_TRUE(request.ends_with("\r\n\r\n{\"id\":\"张\"}")) << request;
  EXPECT_NE(request.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(request.find("X-Dept: a\r\n"), std::string::npos);
}

TEST(Exchange, ARedirectIsNotFollowed) {
  Department other([](const std::string&) { return Department::json("true"); });
  Department department([&](const std::string&) {
    return "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + std::to_string(other.port()) +
           "/\r\nContent-Length: 0\r\n\r\n";
  });
  EXPECT_EQ(ask(peer_of(department)).status, 302);
  EXPECT_EQ(other.asked(), 0);
}

TEST(Exchange, ASlowOneIsNotWaitedForBeyondItsTime) {
  Department department([](const std::string&) { return Department::json("true"); });
  department.hold();
  Exchange exchange(peer_of(department));
  const Reply reply = exchange.ask({"GET", "/", "", {}}, milliseconds{80});
  EXPECT_EQ(reply.trouble, Reason::timeout);
  EXPECT_GE(reply.took, milliseconds{80});
  EXPECT_LT(reply.took, milliseconds{5'000});
  department.release();
  EXPECT_EQ(exchange.ask({"GET", "/", "", {}}, milliseconds{5'000}).trouble, Reason::none)
      << "and may be asked again";
}

TEST(Exchange, AHalfAnswerIsNone) {
  Reason trouble = Reason::none;
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":", trouble), "");
  EXPECT_EQ(trouble, Reason::unreachable);
  EXPECT_EQ(answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntrue\r\n", trouble), "");
  EXPECT_EQ(trouble, Reason::unreachable);
  EXPECT_EQ(answers("HTTP/1.1 20", trouble), "");
  EXPECT_EQ(trouble, Reason::unreachable);
  EXPECT_EQ(answers("", trouble), "");
  EXPECT_EQ(trouble, Reason::unreachable);
}

TEST(Exchange, WhatIsNoHttpIsMalformed) {
  Reason trouble = Reason::none;
  answers("SSH-2.0-OpenSSH_9.2\r\n\r\n", trouble);
  EXPECT_EQ(trouble, Reason::malformed);
  answers("HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\n", trouble);
  EXPECT_EQ(trouble, Reason::malformed);
}

TEST(Exchange, AHugeAnswerIsCutOff) {
  Reason trouble = Reason::none;
  const std::string huge(limits::question_answer_bytes + 1, ' ');
  answers(Department::json(huge), trouble);
  EXPECT_EQ(trouble, Reason::too_large);
  answers("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", trouble);
  EXPECT_EQ(trouble, Reason::too_large);
  answers("HTTP/1.1 200 OK\r\n\r\n" + huge + huge, trouble);
  EXPECT_EQ(trouble, Reason::too_large) << "without a length as well";
  answers("HTTP/1.1 200 OK\r\nX: " + std::string(limits::question_answer_headers, 'x') + "\r\n\r\n", trouble);
  EXPECT_EQ(trouble, Reason::too_large);
}

TEST(Exchange, ARefusedConnectionIsTold) {
  std::uint16_t port = 0;
  {
    const Department gone([](const std::string&) { return std::string(); });
    port = gone.port();
  }
  EXPECT_EQ(ask({{false, "127.0.0.1", port, ""}, "", false}).trouble, Reason::unreachable);
  EXPECT_EQ(ask({{false, "no-such-name.invalid", port, ""}, "", true}).trouble, Reason::unreachable);
}

TEST(Exchange, WithoutTlsANameOfThisMachineMustMeanThisMachine) {
  // 192.0.2.1 is nobody's (RFC 5737): were it tried, the time would run out first.
  const Reply reply = ask({{false, "192.0.2.1", 80, ""}, "", false}, milliseconds{2'000});
  EXPECT_EQ(reply.trouble, Reason::unreachable);
  EXPECT_LT(reply.took, milliseconds{2'000});
}

TEST(Exchange, TlsTrustsACertificateForTheHostsNameAndNoOther) {
  const storage::TemporaryFolder folder;
  const Certificate good = jingwei::testing::self_signed("localhost");
  const Certificate other = jingwei::testing::self_signed("elsewhere.example");
  const auto kept = [&](const Certificate& certificate, const std::string& name) {
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path) << certificate.certificate;
    return path;
  };
  const auto reply_of = [&](const Certificate& shown, const std::string& trusted, const std::string& host) {
    Department department([](const std::string&) { return Department::json("true"); }, &shown);
    Peer peer = peer_of(department, true, host);
    peer.ca_file = trusted;
    return ask(peer);
  };
  const std::string trusted = kept(good, "good.pem");
  const Reply fine = reply_of(good, trusted, "localhost");
  EXPECT_EQ(fine.trouble, Reason::none);
  EXPECT_EQ(fine.body, "true");
  EXPECT_EQ(reply_of(good, "", "localhost").trouble, Reason::certificate) << "nobody vouches for it";
  EXPECT_EQ(reply_of(other, kept(other, "other.pem"), "localhost").trouble, Reason::certificate)
      << "another's name";
  EXPECT_EQ(reply_of(good, trusted, "127.0.0.1").trouble, Reason::certificate) << "an address is no name";
}

TEST(Exchange, APeerWithoutTlsIsNoPeerWithIt) {
  Department department([](const std::string&) { return Department::json("true"); });
  department.hold();
  const Reply reply = ask(peer_of(department, true, "localhost"), milliseconds{300});
  EXPECT_NE(reply.trouble, Reason::none);
  EXPECT_EQ(department.asked(), 0);
}

TEST(Exchange, GreetingAsksNothing) {
  Department department([](const std::string&) { return Department::json("true"); });
  Exchange exchange(peer_of(department));
  EXPECT_EQ(exchange.greet(milliseconds{5'000}).trouble, Reason::none);
  EXPECT_EQ(department.asked(), 0);
}

TEST(Exchange, ManyAreAskedAtOnce) {
  Department department([](const std::string& request) {
    return Department::json("\"" + request.substr(5, request.find(' ', 5) - 5) + "\"");
  });
  Exchange exchange(peer_of(department));
  std::vector<std::thread> askers;
  for (int at = 0; at < 16; ++at) {
    askers.emplace_back([&exchange, at] {
      for (int turn = 0; turn < 20; ++turn) {
        const std::string word = std::to_string(at) + "-" + std::to_string(turn);
        const Reply reply = exchange.ask({"GET", "/" + word, "", {}}, milliseconds{10'000});
        EXPECT_EQ(reply.body, "\"" + word + "\"");
      }
    });
  }
  for (auto& asker : askers) asker.join();
  EXPECT_EQ(department.asked(), 320);
}

}  // namespace
}  // namespace jingwei::source
