// Goal: bodies arrive whole or are refused in time, in memory and in files.
#include "http/test_client.h"

namespace jingwei::http::testing {
namespace {

// Files that are full from the first byte.
class FullDisk final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string&, OpenMode) override {
    return Error(ErrorCode::exhausted, "file.disk_full");
  }
  Result<bool> exists(const std::string&) override { return false; }
  Result<void> remove(const std::string&) override { return {}; }
  Result<void> rename(const std::string&, const std::string&) override { return {}; }
  Result<void> make_folders(const std::string&) override { return {}; }
  Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>{}; }
  Result<void> sync_folder(const std::string&) override { return {}; }
  Result<std::uint64_t> free_bytes(const std::string&) override { return std::uint64_t{0}; }
};

struct Bodies : ::testing::Test, World {
  Folder folder;
  FullDisk full;

  void begin() {
    for (const Runs runs : {Runs::inline_, Runs::pool}) {
      Route json = route(
          Method::post, runs == Runs::pool ? "/pool" : "/inline",
          [](const Request& request, const PathValues&, Responder respond) {
            respond(Response::text(std::string(request.body), "text/plain"));
          },
          runs);
      json.body = BodyKind::json;
      json.body_bytes = 200'000;
      routes.push_back(json);
    }
    Route upload = route(
        Method::post, "/upload",
        [](const Request& request, const PathValues&, Responder respond) {
          auto text = read_text(real_file_system(), request.spool_path, 1 << 26);
          const std::string found = text.ok() ? std::to_string(std::hash<std::string>{}(*text)) : "none";
          respond(Response::text(found + " " + std::to_string(request.body_bytes), "text/plain"));
        },
        Runs::pool);
    upload.body = BodyKind::stream;
    upload.body_bytes = 8 << 20;
    upload.accepts = {"text/csv"};
    routes.push_back(upload);
    routes.push_back(route(Method::get, "/none", says("ok")));
    options.spool_folder = folder.path();
    start();
  }
};

std::string chunked(std::string_view path, std::string_view body, std::size_t piece, std::string_view type) {
  std::string out =
      std::string("POST ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\nContent-Type: ");
  out.append(type).append("\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const std::string_view part = body.substr(at, piece);
    char size[20];
    std::snprintf(size, sizeof size, "%zx;x=y\r\n", part.size());
    out.append(size).append(part).append("\r\n");
  }
  return out + "0\r\nTrailer: t\r\n\r\n";
}

TEST_F(Bodies, ArriveByLengthAndInChunks) {
  begin();
  const std::string large(150'000, 'j');
  Client client(port());
  for (const char* path : {"/inline", "/pool"}) {
    EXPECT_EQ(client.ask(post(path, "{\"a\":1}")).body, "{\"a\":1}");
    EXPECT_TRUE(client.ask(post(path, large)).body == large) << path;
    EXPECT_EQ(client.ask(chunked(path, "{\"b\":2}", 3, "application/json")).body, "{\"b\":2}");
    EXPECT_TRUE(client.ask(chunked(path, large, 7'001, "application/json")).body == large) << path;
  }
}

TEST_F(Bodies, AreAskedForWithContinue) {
  begin();
  Client client(port());
  client.send(
      "POST /inline HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  EXPECT_EQ(client.ask("{}").body, "{}");
  Client refused(port());
  EXPECT_EQ(refused
                .ask("POST /inline HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     "Content-Length: 200001\r\nExpect: 100-continue\r\n\r\n")
                .status,
            413);
}

TEST_F(Bodies, TooLargeAreRefusedAsSoonAsThatIsKnown) {
  begin();
  EXPECT_EQ(Client(port())
                .ask("POST /inline HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     "Content-Length: 200001\r\n\r\n")
                .status,
            413);
  Client client(port());
  const std::string endless = chunked("/inline", std::string(300'000, 'x'), 10'000, "application/json");
  std::thread sender([&] { client.send(endless); });
  EXPECT_EQ(client.read().status, 413);
  sender.join();
}

TEST_F(Bodies, WhereNoneIsTakenAreRefusedAndSkipped) {
  begin();
  Client client(port());
  EXPECT_EQ(client.ask("GET /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc").status, 400);
  EXPECT_EQ(client.ask(get("/none")).status, 200);
}

TEST_F(Bodies, OfUploadsAreFilesThatGoAwayAfterTheAnswer) {
  begin();
  std::string table;
  while (table.size() < (3U << 20)) table += std::to_string(table.size() * 7919) + ",a,b\n";
  const std::string expected =
      std::to_string(std::hash<std::string>{}(table)) + " " + std::to_string(table.size());
  for (const std::string& request :
       {post("/upload", table, "", "text/csv"), chunked("/upload", table, 65'537, "text/csv")}) {
    Client client(port());
    std::thread sender([&] { client.send(request); });
    EXPECT_EQ(client.read().body, expected);
    sender.join();
  }
  server.reset();
  EXPECT_EQ(folder.files(), 0U);
}

TEST_F(Bodies, OfBrokenUploadsLeaveNoFile) {
  begin();
  {
    Client client(port());
    client.send(
        "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: "
        "5000000\r\n\r\n");
    client.send(std::string(1'000'000, 'x'));
  }
  server.reset();
  EXPECT_EQ(folder.files(), 0U);
}

TEST_F(Bodies, ThatDoNotFitTheDiskGet507) {
  options.files = &full;
  begin();
  const Answer answer = Client(port()).ask(post("/upload", "a,b\n", "Accept-Language: en\r\n", "text/csv"));
  EXPECT_EQ(answer.status, 507);
  EXPECT_NE(answer.body.find("The disk is full"), std::string::npos);
}

}  // namespace
}  // namespace jingwei::http::testing
