// Goal: the routes of ingest read bodies and cursors as the API promises; the whole API is tried in
// tests/api.
#include "modules/ingest/ingest_routes.h"

#include "modules/catalog/messages.gen.h"
#include "tests/support/callers.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

class RecordingStream final : public http::EventStream {
 public:
  bool send(std::string_view event, std::string_view data, std::string_view) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    sent_.emplace_back(event, data);
    return true;
  }
  bool open() const override {
    const std::lock_guard lock(mutex_);
    return !closed_;
  }
  void close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  std::vector<std::pair<std::string, std::string>> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> sent_;
  bool closed_ = false;
};

class IngestApi : public IngestWorld<EmbeddedBackend> {
 protected:
  void SetUp() override {
    IngestWorld::SetUp();
    api_ = std::make_unique<IngestRoutes>(*node_.ingest);
    routes_ = api_->routes();
  }
  void TearDown() override {
    api_.reset();
    IngestWorld::TearDown();
  }

  const http::Route& route(const std::string& operation) {
    for (const http::Route& route : routes_) {
      if (route.operation == operation) return route;
    }
    throw std::runtime_error("no operation " + operation);
  }
  http::Response call(const std::string& operation, std::vector<std::string> path, http::Request request) {
    const http::PathValues values(path.begin(), path.end());
    http::Response got;
    route(operation).handle(request, values,
                            http::Responder([&](http::Response response) { got = std::move(response); }));
    return got;
  }
  http::Response get(const std::string& operation, std::vector<std::string> path,
                     std::string_view query = "") {
    http::Request request;
    request.query = query;
    return call(operation, std::move(path), request);
  }
  http::Response post(const std::string& body) {
    http::Request request;
    request.method = http::Method::post;
    request.body = body;
    request.body_bytes = body.size();
    request.headers = {{"Content-Type", "application/json"}};
    return call("add_record", {"notes"}, request);
  }

  std::unique_ptr<IngestRoutes> api_;
  std::vector<http::Route> routes_;
};

TEST_F(IngestApi, TakesNumbersAndTruthAsTheyAre) {
  EXPECT_EQ(post(R"({"words":"一","weight":2.5})").status, 201);
  EXPECT_EQ(post(R"({"words":"二","weight":"3"})").status, 201);
  EXPECT_EQ(post(R"({"words":"三","weight":null})").status, 201);
  EXPECT_EQ(records("notes").size(), 3U);
}

TEST_F(IngestApi, RefusesBodiesThatAreNoFlatObject) {
  for (const char* body : {"[]", "3", R"("x")", R"({"words":{"a":1}})", R"({"words":["a"]})", "{", ""}) {
    EXPECT_EQ(post(body).status, 400) << body;
  }
  EXPECT_NE(post(R"({"words":["a"]})").body.find(R"("field":"/words")"), std::string::npos);
  EXPECT_TRUE(records("notes").empty());
}

TEST_F(IngestApi, RefusesCursorsItNeverGave) {
  for (const char* query :
       {"cursor=x", "cursor=-1", "cursor=0", "cursor=1.5", "cursor=99999999999999999999"}) {
    EXPECT_EQ(get("list_batches", {}, query).status, 400) << query;
    EXPECT_EQ(get("list_records", {"notes"}, query).status, 400) << query;
  }
  EXPECT_EQ(get("list_batches", {}, "limit=0").status, 400);
  EXPECT_EQ(get("list_batches", {}, "limit=501").status, 400);
}

TEST_F(IngestApi, APageOfRefusedRowsHoldsThoseOfTheReadersRegionsAndOpensNothingWithoutAPurpose) {
  std::string csv(people_header);
  for (int number = 0; number < 9; ++number)
    csv += "张三," + citizen_id(number) + ",12,户籍," + grid_code(number) + ",2020-01-21\n";
  const auto batch = load("people", csv);
  const auto tree = node_.regions->tree();
  http::Request request;
  request.caller = reader_of_refused(tree->id(tree->find(grid_code(0))));  // of rows on lines 2, 5 and 8
  request.query = "limit=2";
  const auto first = call("list_refused_rows", {batch.id.to_string()}, request);
  EXPECT_NE(first.body.find(R"("line":2,)"), std::string::npos) << first.body;
  EXPECT_NE(first.body.find(R"("line":5,)"), std::string::npos) << first.body;
  EXPECT_NE(first.body.find(R"("next_cursor":"5")"), std::string::npos) << first.body;
  EXPECT_EQ(first.body.find("张三"), std::string::npos) << first.body;
  EXPECT_TRUE(first.disclosed.persons.empty());
  request.query = "limit=2&cursor=5";
  request.headers = {{"Jingwei-Purpose", "epidemic-control"}};
  const auto second = call("list_refused_rows", {batch.id.to_string()}, request);
  EXPECT_NE(second.body.find(R"("line":8,)"), std::string::npos) << second.body;
  EXPECT_NE(second.body.find(R"("next_cursor":null)"), std::string::npos) << second.body;
  EXPECT_NE(second.body.find("张三"), std::string::npos) << second.body;
  EXPECT_EQ(second.disclosed.persons.size(), 1U);
  request.headers = {{"Jingwei-Purpose", "curiosity"}};
  EXPECT_EQ(call("list_refused_rows", {batch.id.to_string()}, request).status, 403);
}

TEST_F(IngestApi, APageEndsWithItsLastItem) {
  for (int file = 0; file < 2; ++file) submit("notes", "words\n" + std::to_string(file) + "\n");
  EXPECT_NE(get("list_batches", {}, "limit=2").body.find(R"("next_cursor":null)"), std::string::npos);
  EXPECT_EQ(get("list_batches", {}, "limit=1").body.find(R"("next_cursor":null)"), std::string::npos);
}

TEST_F(IngestApi, AFollowerSeesTheBatchToItsEnd) {
  const BatchId batch = submit("people", people(0, 4'100)).batch.id;
  auto stream = std::make_shared<RecordingStream>();
  http::Request request;
  const std::string id = batch.to_string();
  route("follow_batch").handle_stream(request, {id}, stream);
  ASSERT_EQ(stream->sent().size(), 1U) << "what stands is told at once";
  EXPECT_NE(stream->sent()[0].second.find(R"("state":"queued")"), std::string::npos);
  must(node_.ingest->load(batch));
  const auto sent = stream->sent();
  EXPECT_GE(sent.size(), 3U);
  EXPECT_NE(sent.back().second.find(R"("state":"done")"), std::string::npos);
  EXPECT_FALSE(stream->open());
  auto late = std::make_shared<RecordingStream>();
  route("follow_batch").handle_stream(request, {id}, late);
  EXPECT_EQ(late->sent().size(), 1U);
  EXPECT_FALSE(late->open());
}

TEST_F(IngestApi, AFileIsTakenOverFromItsSpool) {
  const std::string spool = folder_.path() + "/spooled";
  write(spool, people(0, 2));
  http::Request request;
  request.method = http::Method::post;
  request.spool_path = spool;
  request.body_bytes = 100;
  request.query = "filename=a.csv";
  request.headers = {{"Content-Type", "text/csv"}};
  const http::Response taken = call("upload_batch", {"people"}, request);
  EXPECT_EQ(taken.status, 202) << taken.body;
  EXPECT_FALSE(std::filesystem::exists(spool));
  EXPECT_EQ(waiting_uploads(), 1U);
  write(spool, people(0, 2));
  EXPECT_EQ(call("upload_batch", {"people"}, request).status, 200);
  write(spool, people(0, 3));
  EXPECT_EQ(call("upload_batch", {"nothing"}, request).status, 404);
  EXPECT_EQ(waiting_uploads(), 1U) << "a refused upload leaves nothing";
}

}  // namespace
}  // namespace jingwei::ingest
