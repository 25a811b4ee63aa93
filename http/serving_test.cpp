// Goal: the server stands against slow and greedy clients, streams events, serves pages and TLS, and ends
// without losing answers.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <future>

#include "http/test_client.h"

namespace jingwei::http::testing {
namespace {

using namespace std::chrono_literals;

struct Serving : ::testing::Test, World {
  Folder folder;
};

TEST_F(Serving, RefusesToBeReachedFromElsewhere) {
  options.address = "0.0.0.0";
  Server open_server(options, routes);
  const auto started = open_server.start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, ErrorCode::denied);
  options.exposure = Exposure::network;
  EXPECT_EQ(Server(options, routes).start().error().code, ErrorCode::denied);
}

TEST_F(Serving, SaysWhenThePortIsTaken) {
  options.threads = 2;
  start();
  options.port = port();
  for (const int threads : {1, 2}) {
    options.threads = threads;
    EXPECT_EQ(Server(options, routes).start().error().code, ErrorCode::conflict);
  }
}

TEST_F(Serving, EndsSlowHeadsBodiesAndIdleConnections) {
  Route body = route(Method::post, "/body", says("ok"));
  body.body = BodyKind::json;
  body.body_bytes = 1000;
  routes = {body};
  start();
  Client idle(port()), head(port()), slow_body(port());
  head.send("GET /hello HTT");
  slow_body.send(
      "POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(slow_body.read().status, 100);
  EXPECT_EQ(head.ask("P/1.1\r\nHost: localhost\r\n\r\n").status, 404);
  head.send("GET /hello HTT");
  // The server may not have read the last piece yet; time moves on until it has.
  Answer late;
  std::thread reader([&] { late = head.read(); });
  std::thread body_reader([&] { EXPECT_EQ(slow_body.read().status, 408); });
  bool idle_ended = false;
  std::thread idle_reader([&] { idle_ended = idle.ended(); });
  for (int i = 0; i < 200 && server->stats().connections.load() > 0; ++i) pass(1s);
  reader.join();
  body_reader.join();
  idle_reader.join();
  EXPECT_TRUE(late.status == 408 || late.status == 0);
  EXPECT_TRUE(idle_ended);
}

TEST_F(Serving, RefusesOversizedHeadsAndAddresses) {
  routes = {route(Method::get, "/hello", says("hello"))};
  start();
  EXPECT_EQ(Client(port()).ask(get("/" + std::string(5000, 'u'))).status, 414);
  EXPECT_EQ(Client(port()).ask(get("/hello", "X: " + std::string(20'000, 'h') + "\r\n")).status, 431);
  EXPECT_EQ(Client(port()).ask(get("/hello", "X: " + std::string(10'000, 'h') + "\r\n")).status, 200);
}

TEST_F(Serving, MetersGreedyClients) {
  options.rate = {.per_second = 1, .burst = 3, .spare_loopback = false};
  routes = system_routes({});
  routes.push_back(route(Method::get, "/hello", says("hello")));
  start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Client(port()).ask(get("/hello")).status, 200);
  const Answer refused = Client(port()).ask(get("/hello"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(Client(port()).ask(get("/healthz")).status, 200);
  pass(1s);
  EXPECT_EQ(Client(port()).ask(get("/hello")).status, 200);
}

TEST_F(Serving, WhatCannotBeWorkedOffIsToldSoAtOnceAndWhatWasTakenIsAnswered) {
  options.workers = 1;
  options.limits.waiting_tasks = 2;
  std::promise<void> begun, gate;
  std::shared_future<void> opened = gate.get_future().share();
  std::atomic<int> worked = 0;
  routes = {route(
      Method::get, "/slow",
      [&, opened](const Request&, const PathValues&, Responder respond) {
        if (worked++ == 0) begun.set_value();
        opened.wait();
        respond(Response::text("done", "text/plain"));
      },
      Runs::pool)};
  start();
  std::mutex mutex;
  std::condition_variable changed;
  int done = 0, refused = 0;
  const auto ask = [&] {
    const Answer answer = Client(port()).ask(get("/slow"));
    const std::lock_guard lock(mutex);
    if (answer.status == 200) ++done;
    if (answer.status == 429 && answer.header("Retry-After") == "1") ++refused;
    changed.notify_all();
  };
  std::vector<std::thread> clients;
  clients.emplace_back(ask);
  begun.get_future().wait();
  for (int one = 0; one < 20; ++one) clients.emplace_back(ask);
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, 30s, [&] { return refused == 18; })) << refused;
  }
  gate.set_value();
  for (auto& one : clients) one.join();
  EXPECT_EQ(done, 3);
  EXPECT_EQ(worked, 3) << "what was refused was not begun";
  EXPECT_EQ(Client(port()).ask(get("/slow")).status, 200);
}

TEST_F(Serving, WhatWaitsInTheProgramIsAboutASecondOfWork) {
  constexpr std::chrono::milliseconds usual_request{16};
  const auto longest_wait = Limits().waiting_tasks * usual_request / program_workers;
  EXPECT_GT(longest_wait, 500ms);
  EXPECT_LE(longest_wait, 1'100ms);
}

TEST_F(Serving, TurnsConnectionsBeyondTheCapAway) {
  options.limits.connections = 2;
  routes = {route(Method::get, "/hello", says("hello"))};
  start();
  Client one(port()), two(port());
  EXPECT_EQ(one.ask(get("/hello")).status, 200);
  EXPECT_EQ(two.ask(get("/hello")).status, 200);
  EXPECT_EQ(Client(port()).read().status, 503);
  EXPECT_EQ(one.ask(get("/hello")).status, 200);
}

TEST_F(Serving, ManyConnectionsOnSeveralThreads) {
  options.threads = 3;
  routes = {route(Method::get, "/inline/{n}",
                  [](const Request&, const PathValues& values, Responder respond) {
                    respond(Response::text(std::string(values[0]), "text/plain"));
                  }),
            route(
                Method::get, "/pool/{n}",
                [](const Request&, const PathValues& values, Responder respond) {
                  respond(Response::text(std::string(values[0]), "text/plain"));
                },
                Runs::pool)};
  start();
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      std::vector<std::unique_ptr<Client>> mine;
      for (int i = 0; i < 16; ++i) mine.push_back(std::make_unique<Client>(port()));
      for (int round = 0; round < 10; ++round) {
        for (std::size_t i = 0; i < mine.size(); ++i) {
          const std::string n = std::to_string(c * 1000 + round * 16 + static_cast<int>(i));
          mine[i]->send(get((i % 2 == 0 ? "/inline/" : "/pool/") + n));
        }
        for (std::size_t i = 0; i < mine.size(); ++i) {
          const std::string n = std::to_string(c * 1000 + round * 16 + static_cast<int>(i));
          if (mine[i]->read().body == n) ++right;
        }
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right.load(), 8 * 16 * 10);
}

TEST_F(Serving, AnswersWhatRunsBeforeItEnds) {
  std::promise<void> running, go;
  auto gate = go.get_future().share();
  routes = {route(
      Method::get, "/slow",
      [&running, gate](const Request&, const PathValues&, Responder respond) {
        running.set_value();
        gate.wait();
        respond(Response::text("done", "text/plain"));
      },
      Runs::pool)};
  start();
  Client client(port()), idle(port());
  client.send(get("/slow"));
  running.get_future().wait();
  std::thread drainer([&] { server->drain(); });
  EXPECT_TRUE(idle.ended());
  go.set_value();
  const Answer answer = client.read();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.header("Connection"), "close");
  drainer.join();
  EXPECT_FALSE(Client(port()).connected());
}

TEST_F(Serving, TakesAnswersFromAnyThreadAndAfterItsOwnEnd) {
  std::promise<Responder> kept;
  std::promise<Responder> never;
  std::atomic<int> asked{0};
  routes = {route(Method::get, "/later", [&](const Request&, const PathValues&, Responder respond) {
    (asked++ == 0 ? kept : never).set_value(std::move(respond));
  })};
  options.limits.drain_deadline = 1ms;
  start();
  Client client(port());
  client.send(get("/later"));
  Responder respond = kept.get_future().get();
  std::thread([&] { respond(Response::text("late", "text/plain")); }).join();
  EXPECT_EQ(client.read().body, "late");
  client.send(get("/later"));
  Responder orphan = never.get_future().get();
  client.hang_up();
  server.reset();
  orphan(Response::text("nobody hears this", "text/plain"));
}

Route stream_route(std::string path,
                   std::function<void(const Request&, std::shared_ptr<EventStream>)> handle) {
  Route made = route(Method::get, std::move(path), {}, Runs::stream);
  made.handle = nullptr;
  made.handle_stream = [handle = std::move(handle)](const Request& request, const PathValues&,
                                                    std::shared_ptr<EventStream> s) {
    handle(request, std::move(s));
  };
  return made;
}

TEST_F(Serving, StreamsEventsWithHeartbeatsUntilEitherSideEnds) {
  std::promise<std::shared_ptr<EventStream>> opened;
  routes = {
      stream_route("/events",
                   [&](const Request& request, std::shared_ptr<EventStream> stream) {
                     stream->send("hello", std::string("from ").append(request.header("Last-Event-ID")));
                     opened.set_value(std::move(stream));
                   }),
      stream_route("/refused",
                   [](const Request& request, std::shared_ptr<EventStream> stream) {
                     stream->refuse(
                         problem(Error(ErrorCode::not_found, "http.no_such_path"), request.language));
                   }),
      stream_route("/throws",
                   [](const Request&, std::shared_ptr<EventStream>) { throw std::runtime_error("no"); })};
  start();
  Client client(port());
  client.send(get("/events", "Last-Event-ID: 7\r\n"));
  const Answer head = client.read();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Type"), "text/event-stream");
  EXPECT_TRUE(client.wait_for("retry: 2000\n\nevent: hello\ndata: from 7\n\n"));
  auto stream = opened.get_future().get();
  EXPECT_TRUE(stream->send("two", "a\nb", "8"));
  EXPECT_TRUE(client.wait_for("id: 8\nevent: two\ndata: a\ndata: b\n\n"));
  pass(16s);
  EXPECT_TRUE(client.wait_for(": alive\n\n"));
  stream->close();
  EXPECT_FALSE(stream->send("after", "end"));
  client.finish_sending();
  EXPECT_TRUE(client.ended());
  Client refused(port());
  EXPECT_EQ(refused.ask(get("/refused")).status, 404);
  EXPECT_EQ(refused.ask(get("/throws")).status, 500);
}

TEST_F(Serving, CutsStreamsOfClientsThatFallBehind) {
  std::promise<std::shared_ptr<EventStream>> opened;
  options.limits.event_stream_backlog_bytes = 256 * 1024;
  routes = {stream_route(
      "/events", [&](const Request&, std::shared_ptr<EventStream> s) { opened.set_value(std::move(s)); })};
  start();
  Client client(port());
  client.send(get("/events"));
  auto stream = opened.get_future().get();
  const std::string data(16 * 1024, 'd');
  int sent = 0;
  while (sent < 10'000 && stream->send("fill", data)) ++sent;
  EXPECT_LT(sent, 10'000);
  EXPECT_FALSE(stream->open());
  EXPECT_TRUE(client.ended());
}

TEST_F(Serving, EndsStreamsWhenItDrains) {
  std::promise<std::shared_ptr<EventStream>> opened;
  routes = {stream_route(
      "/events", [&](const Request&, std::shared_ptr<EventStream> s) { opened.set_value(std::move(s)); })};
  start();
  auto client = std::make_unique<Client>(port());
  client->send(get("/events"));
  auto stream = opened.get_future().get();
  std::thread drainer([&] { server->drain(); });
  EXPECT_TRUE(client->ended());
  client.reset();
  drainer.join();
  EXPECT_FALSE(stream->open());
}

TEST_F(Serving, PagesWithTheirCachesAndNothingBesides) {
  folder.write("web/index.html", "<html>page</html>");
  folder.write("web/assets/app-1a2b.js", std::string(3000, 'j'));
  folder.write("web/.hidden", "hidden");
  folder.write("desk/index.html", "<html>desk</html>");
  folder.write("secret.txt", "secret");
  std::filesystem::create_symlink(folder.path() + "/secret.txt", folder.path() + "/web/link.txt");
  options.static_roots = {{"/", folder.path() + "/web"}, {"/desk/", folder.path() + "/desk"}};
  routes = system_routes({});
  start();
  Client client(port());
  const Answer page = client.ask(get("/"));
  EXPECT_EQ(page.body, "<html>page</html>");
  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.header("Cache-Control"), "no-cache");
  EXPECT_NE(page.header("Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(client.ask(get("/region/440400")).body, page.body);
  EXPECT_EQ(client.ask(get("/", "If-None-Match: " + page.header("ETag") + "\r\n")).status, 304);
  for (int i = 0; i < 2; ++i) {
    const Answer script = client.ask(get("/assets/app-1a2b.js", "Accept-Encoding: gzip\r\n"));
    EXPECT_EQ(script.header("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(script.header("Content-Encoding"), "gzip");
    EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
  }
  EXPECT_EQ(client.ask(get("/desk/")).body, "<html>desk</html>");
  EXPECT_EQ(client.ask(get("/desk")).header("Location"), "/desk/");
  EXPECT_EQ(client.ask(get("/healthz")).body, R"({"status":"ok"})");
  EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").status, 405);
  for (const char* path :
       {"/assets/none.js", "/.hidden", "/link.txt", "/..%2fsecret.txt", "/%5c..%5csecret.txt", "/api/none"}) {
    const Answer answer = client.ask(get(path));
    EXPECT_EQ(answer.status, 404) << path;
  }
  folder.write("web/index.html", "<html>newer page</html>");
  std::filesystem::last_write_time(folder.path() + "/web/index.html",
                                   std::filesystem::file_time_type::clock::now() + 5s);
  pass(2s);
  EXPECT_EQ(client.ask(get("/")).body, "<html>newer page</html>");
}

void write_certificate(const std::string& folder) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  FILE* file = std::fopen((folder + "/certificate.pem").c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen((folder + "/key.pem").c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

// One HTTPS request with at most the given TLS version; nothing when the handshake failed.
std::string ask_tls(std::uint16_t port, const std::string& request, int most_version) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_max_proto_version(context, most_version);
  BIO* bio = BIO_new_ssl_connect(context);
  BIO_set_conn_hostname(bio, ("127.0.0.1:" + std::to_string(port)).c_str());
  std::string answer;
  if (BIO_do_connect(bio) == 1) {
    BIO_write(bio, request.data(), static_cast<int>(request.size()));
    char piece[4096];
    for (int got; (got = BIO_read(bio, piece, sizeof piece)) > 0;)
      answer.append(piece, static_cast<std::size_t>(got));
  }
  BIO_free_all(bio);
  SSL_CTX_free(context);
  return answer;
}

TEST_F(Serving, SpeaksTlsFromVersion12On) {
  write_certificate(folder.path());
  options.tls = TlsFiles{folder.path() + "/certificate.pem", folder.path() + "/key.pem"};
  const std::string large(300'000, 'x');
  routes = {route(Method::get, "/large", says(large))};
  start();
  const std::string request = get("/large", "Connection: close\r\n");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string answer = ask_tls(port(), request, version);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer.substr(0, 200);
    EXPECT_TRUE(answer.ends_with(std::string_view(large)));
  }
  EXPECT_EQ(ask_tls(port(), request, TLS1_1_VERSION), "");
  options.tls->key = folder.path() + "/missing.pem";
  EXPECT_EQ(Server(options, routes).start().error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace jingwei::http::testing
