// Goal: every status a request can earn before its handler is given by construction, over a real socket.
#include "http/test_client.h"

namespace jingwei::http::testing {
namespace {

struct Requests : ::testing::Test, World {
  void SetUp() override {
    routes = system_routes({options.stats = std::make_shared<Stats>(), {}, {}});
    routes.push_back(route(Method::get, "/hello", says("hello")));
    routes.push_back(route(Method::get, "/long", says(std::string(5000, 'x'))));
    routes.push_back(route(Method::get, "/tagged", [](const Request&, const PathValues&, Responder respond) {
      Response response = Response::json("{}");
      response.etag = "\"v1\"";
      respond(std::move(response));
    }));
    routes.push_back(route(
        Method::get, "/echo/{what}",
        [](const Request& request, const PathValues& values, Responder respond) {
          respond(Response::text(std::string(values[0]) + "|" + std::string(request.query), "text/plain"));
        },
        Runs::pool));
    routes.push_back(route(
        Method::get, "/boom",
        [](const Request&, const PathValues&, Responder) { throw std::runtime_error("secret"); },
        Runs::pool));
    routes.push_back(route(Method::get, "/boom-inline", [](const Request&, const PathValues&, Responder) {
      throw std::runtime_error("secret");
    }));
    routes.push_back(route(
        Method::get, "/dropped", [](const Request&, const PathValues&, Responder) {}, Runs::pool));
    routes.push_back(
        route(Method::get, "/dropped-inline", [](const Request&, const PathValues&, Responder) {}));
    Route body =
        route(Method::post, "/body", [](const Request& request, const PathValues&, Responder respond) {
          respond(Response::text(std::string(request.body), "text/plain", 201));
        });
    body.body = BodyKind::json;
    body.body_bytes = 100;
    body.produces = {"text/plain"};
    routes.push_back(body);
    Route keyed = route(Method::put, "/keyed", says("ok"));
    keyed.idempotent_key = keyed.idempotent_key_required = true;
    routes.push_back(keyed);
    start();
  }
  Answer ask(std::string_view request) { return Client(port()).ask(request); }
};

TEST_F(Requests, AreAnsweredWithTheUsualHeaders) {
  const Answer answer = ask(get("/hello"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.header("Date"), "Sat, 08 Feb 2020 00:00:00 GMT");
}

TEST_F(Requests, KeepTheConnectionAndAreAnsweredInOrderWhenPipelined) {
  Client client(port());
  std::string many;
  for (int i = 0; i < 200; ++i) many += i % 3 == 0 ? get("/echo/" + std::to_string(i) + "?q") : get("/hello");
  std::thread sender([&] { client.send(many); });
  for (int i = 0; i < 200; ++i) {
    const Answer answer = client.read();
    ASSERT_EQ(answer.status, 200) << i;
    EXPECT_EQ(answer.body, i % 3 == 0 ? std::to_string(i) + "|q" : "hello");
  }
  sender.join();
}

TEST_F(Requests, OfHttp10AndConnectionCloseEndTheConnection) {
  Client old(port());
  EXPECT_EQ(old.ask("GET /hello HTTP/1.0\r\n\r\n").header("Connection"), "close");
  EXPECT_TRUE(old.ended());
  Client closing(port());
  EXPECT_EQ(closing.ask(get("/echo/x", "Connection: close\r\n")).header("Connection"), "close");
  EXPECT_TRUE(closing.ended());
}

TEST_F(Requests, MayComeByteByByte) {
  Client client(port());
  for (const char c : get("/echo/a%20b")) client.send({&c, 1});
  EXPECT_EQ(client.read().body, "a b|");
}

TEST_F(Requests, WithHeadGetTheHeadOfGet) {
  Client client(port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Answer head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), "5");
  EXPECT_EQ(client.ask(get("/hello")).body, "hello");
}

TEST_F(Requests, AskingForOptionsLearnWhatIsAllowed) {
  const Answer answer = ask("OPTIONS /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 204);
}

TEST_F(Requests, ToNowhereOrWithTheWrongMethodAreTold) {
  const Answer nowhere = ask(get("/nowhere", "Accept-Language: en\r\n"));
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_EQ(nowhere.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(nowhere.header("Content-Language"), "en");
  EXPECT_NE(nowhere.body.find("There is nothing at this address."), std::string::npos) << nowhere.body;
  EXPECT_NE(ask(get("/nowhere")).body.find("没有这个地址"), std::string::npos);
  const Answer wrong = ask("DELETE /body HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST, OPTIONS");
  EXPECT_EQ(ask("BREW /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 501);
  EXPECT_EQ(ask(get("/../etc/passwd")).status, 400);
}

TEST_F(Requests, NegotiateMediaTypes) {
  EXPECT_EQ(ask(post("/body", "{}")).status, 201);
  EXPECT_EQ(ask(post("/body", "{}", "Accept: image/png\r\n")).status, 406);
  EXPECT_EQ(ask(post("/body", "{}", "", "text/csv")).status, 415);
  EXPECT_EQ(ask(post("/body", "{}", "Content-Encoding: gzip\r\n")).status, 415);
}

TEST_F(Requests, NeedTheirIdempotencyKey) {
  const auto put = [&](std::string_view header) {
    return ask(std::string("PUT /keyed HTTP/1.1\r\nHost: localhost\r\n").append(header).append("\r\n"))
        .status;
  };
  EXPECT_EQ(put(""), 400);
  EXPECT_EQ(put("Idempotency-Key: a b\r\n"), 400);
  EXPECT_EQ(put("Idempotency-Key: 0123-abc\r\n"), 200);
}

TEST_F(Requests, GetCompressedAnswersWhenTheyWishSo) {
  const Answer packed = ask(get("/long", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 200U);
  EXPECT_EQ(packed.body.substr(0, 2), "\x1f\x8b");
  EXPECT_NE(packed.header("Vary").find("Accept-Encoding"), std::string::npos);
  EXPECT_EQ(ask(get("/long")).body.size(), 5000U);
  EXPECT_EQ(ask(get("/hello", "Accept-Encoding: gzip\r\n")).body, "hello");
}

TEST_F(Requests, WithAKnownTagGetNothingAgain) {
  EXPECT_EQ(ask(get("/tagged")).header("ETag"), "\"v1\"");
  const Answer same = ask(get("/tagged", "If-None-Match: W/\"v1\"\r\n"));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.header("ETag"), "\"v1\"");
  EXPECT_EQ(ask(get("/tagged", "If-None-Match: \"v0\"\r\n")).status, 200);
}

TEST_F(Requests, WhoseHandlerFailsOrForgetsThemGet500WithoutDetail) {
  Client client(port());
  for (const char* path : {"/boom", "/boom-inline", "/dropped", "/dropped-inline"}) {
    const Answer answer = client.ask(get(path));
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
    EXPECT_NE(answer.body.find("\"instance\":\"urn:jingwei:problem:"), std::string::npos);
  }
  EXPECT_EQ(client.ask(get("/hello")).status, 200);
}

TEST_F(Requests, ToAForeignHostNameAreMisdirected) {
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: evil.example:8480\r\n\r\n").status, 421);
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8480\r\n\r\n").status, 200);
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\nHost: [::1]:8480\r\n\r\n").status, 200);
  EXPECT_EQ(ask("GET /hello HTTP/1.1\r\n\r\n").status, 400);
}

TEST_F(Requests, ThatWriteForAnotherSiteAreRefused) {
  EXPECT_EQ(ask(post("/body", "{}", "Origin: http://evil.example\r\n")).status, 403);
  EXPECT_EQ(ask(post("/body", "{}", "Origin: null\r\n")).status, 403);
  EXPECT_EQ(ask(post("/body", "{}", "Sec-Fetch-Site: cross-site\r\n")).status, 403);
  EXPECT_EQ(ask(post("/body", "{}", "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n")).status,
            201);
}

TEST_F(Requests, OfSmugglersFailAndEndTheConnection) {
  const std::string line = "POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const std::vector<std::string> shapes{
      line + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      line + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
      line + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
      line + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
      line + "Content-Length: 2, 2\r\n\r\n{}",
      line + "Content-Length: +2\r\n\r\n{}",
      line + "Content-Length : 2\r\n\r\n{}",
      line + "X-Folded: a\r\n b\r\n\r\n",
      line + "X-Folded:\r\n b\r\n\r\n",
      line + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      line + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
      line + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
      "GET /hello HTTP/1.1\nHost: localhost\n\n",
      "GET /hello HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
      "GET  /hello HTTP/1.1\r\nHost: localhost\r\n\r\n",
      std::string("GET /hello HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n", 53),
  };
  for (const std::string& shape : shapes) {
    Client client(port());
    EXPECT_EQ(client.ask(shape).status, 400) << shape;
    client.finish_sending();
    EXPECT_TRUE(client.ended()) << shape;
  }
  EXPECT_EQ(ask(line + "Transfer-Encoding: gzip, chunked\r\n\r\n").status, 501);
  EXPECT_EQ(ask("GET /hello HTTP/2.0\r\nHost: localhost\r\n\r\n").status, 505);
}

TEST_F(Requests, AreCountedByRouteAndStatusWithoutPersonalData) {
  Client client(port());
  client.ask(get("/echo/440402199001011234"));
  client.ask(get("/nowhere"));
  client.ask(get("/healthz"));
  const std::string figures = client.ask(get("/metrics")).body;
  EXPECT_NE(figures.find("jingwei_http_requests_total{route=\"GET/echo/{what}\",status=\"200\"} 1"),
            std::string::npos)
      << figures;
  EXPECT_NE(figures.find("jingwei_http_requests_total{route=\"none\",status=\"404\"} 1"), std::string::npos);
  EXPECT_NE(figures.find("jingwei_http_request_seconds_bucket{route=\"healthz\",le=\"+Inf\"} 1"),
            std::string::npos);
  EXPECT_EQ(figures.find("4404021990"), std::string::npos);
  EXPECT_EQ(client.ask(get("/readyz")).body, R"({"status":"ready"})");
}

}  // namespace
}  // namespace jingwei::http::testing
