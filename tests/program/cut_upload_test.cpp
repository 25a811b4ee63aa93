// Goal: `jingwei ingest` sends a file to a running server in pieces, and whatever is cut off, the server or
// the command, costs one piece and no row twice.
#include <openssl/evp.h>

#include "tests/program/program_world.h"

namespace jingwei {
namespace {

using namespace jingwei::testing;

std::string sha256_hex(const std::string& bytes) {
  unsigned char digest[32];
  EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(), nullptr);
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

template <typename Backend>
class CutUploads : public ProgramWorld<Backend> {
 protected:
  static constexpr int rows = 150'000;

  // Venues in plenty, some ten megabytes: several pieces.
  std::string write_venues() {
    std::string csv = "venue_no,name,kind,网格编码,registered_on\n";
    for (int number = 0; number < rows; ++number)
      csv += "CUT" + std::to_string(number) + ",断点续传便民农贸市场第" + std::to_string(number) +
             "号,农贸市场,990102002001001,2020-01-05\n";
    std::ofstream(path(), std::ios::binary) << csv;
    return csv;
  }
  std::string path() const { return this->share_.path() + "/venues.csv"; }

  bool has_pieces() const {
    for (const auto& entry : std::filesystem::directory_iterator(this->data_ + "/uploads")) {
      if (entry.path().extension() == ".pieces" && entry.file_size() > 0) return true;
    }
    return false;
  }
  // Asks the server this and that until a first piece is on its disk.
  void wait_for_a_piece() const {
    for (int questions = 0; questions < 100'000 && !has_pieces(); ++questions) {
      ASSERT_EQ(this->get("/healthz").status, 200);
    }
    ASSERT_TRUE(has_pieces());
  }

  void expect_taken_once(const Outcome& outcome) const {
    EXPECT_EQ(outcome.code, 0) << outcome.text << this->text_of(this->errors());
    const auto batch = this->json(outcome.text);
    EXPECT_EQ(batch.at("state").as_string(), "done");
    EXPECT_EQ(batch.at("accepted").as_int64(), rows);
    EXPECT_EQ(batch.at("unchanged").as_int64(), 0);
    EXPECT_EQ(batch.at("refused").as_int64(), 0);
    EXPECT_EQ(batch.at("filename").as_string(), "venues.csv");
  }
};

using OneProcess = ::testing::Types<EmbeddedBackend>;  // on PostgreSQL the command reads the file itself
TYPED_TEST_SUITE(CutUploads, OneProcess, BackendNames);

TYPED_TEST(CutUploads, TheCommandGoesOnWithTheUploadThatStopped) {
  this->init(50);
  const std::string csv = this->write_venues();
  this->start();
  const auto started = this->ask(http::testing::post(
      "/api/v1/uploads", R"({"resource": "venues", "filename": "venues.csv", "bytes": )" +
                             std::to_string(csv.size()) + R"(, "sha256": ")" + sha256_hex(csv) + "\"}"));
  ASSERT_EQ(started.status, 201) << started.body;
  const std::string upload(this->json(started.body).at("id").as_string());
  const std::string piece = csv.substr(0, 3'000'000);
  const auto put = this->ask(
      "PATCH /api/v1/uploads/" + upload +
      "?offset=0 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
      std::to_string(piece.size()) + "\r\n\r\n" + piece);
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(this->stop(SIGKILL), -SIGKILL);
  this->start();
  const Outcome sent = this->command({"ingest", "venues", this->path(), "--json"});
  this->expect_taken_once(sent);
  const auto ended = this->json(this->get("/api/v1/uploads/" + upload).body);
  EXPECT_EQ(ended.at("batch"), this->json(sent.text).at("id"))
      << "the upload that had stopped became the batch";
  EXPECT_EQ(this->stop(), 0);
}

TYPED_TEST(CutUploads, AKilledServerIsWaitedFor) {
  this->init(50);
  this->write_venues();
  this->start();
  Program sender({JINGWEI_PROGRAM, "ingest", "venues", this->path(), "--json", "--data", this->data()},
                 this->errors());
  this->wait_for_a_piece();
  EXPECT_EQ(this->stop(SIGKILL), -SIGKILL);
  this->start();
  Outcome outcome;
  outcome.text = sender.rest();
  outcome.code = sender.end(0);
  this->expect_taken_once(outcome);
  EXPECT_EQ(this->stop(), 0);
}

TYPED_TEST(CutUploads, AKilledCommandGoesOnWhenItIsGivenAgain) {
  this->init(50);
  this->write_venues();
  this->start();
  {
    Program sender({JINGWEI_PROGRAM, "ingest", "venues", this->path(), "--json", "--data", this->data()},
                   this->errors());
    this->wait_for_a_piece();
    sender.end(SIGKILL);
  }
  this->expect_taken_once(this->command({"ingest", "venues", this->path(), "--json"}));
  // Nothing of the first try is left, and the file once more is known.
  const Outcome again = this->command({"ingest", "venues", this->path(), "--json"});
  EXPECT_EQ(again.code, 0) << again.text;
  EXPECT_TRUE(this->json(again.text).at("repeated").as_bool());
  EXPECT_FALSE(this->has_pieces());
  EXPECT_EQ(this->stop(), 0);
}

}  // namespace
}  // namespace jingwei
