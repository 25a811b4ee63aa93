// Goal: a file of two gigabytes is taken through the server without growing it, and one over the limit is
// refused before it is sent.
#include "base/limits.h"
#include "tests/program/program_world.h"

namespace jingwei {
namespace {

using namespace jingwei::testing;

using LargeUploads = ProgramWorld<EmbeddedBackend>;

constexpr std::uint64_t room_wanted = limits::upload_bytes + (1ULL << 30);
constexpr std::int64_t memory_most_kb = 512 * 1024;
constexpr int answers_waited_for = 5;  // of twenty seconds each, before a hang is a failure

// The most memory a process ever held, in KB.
std::int64_t peak_memory_kb(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::atoll(line.c_str() + 6);
  }
  return -1;
}

std::string head(std::uint64_t bytes, const std::string& name) {
  return "POST /api/v1/resources/venues/batches?filename=" + name +
         " HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\nContent-Type: application/octet-stream\r\n"
         "Content-Length: " +
         std::to_string(bytes) + "\r\n\r\n";
}

TEST_F(LargeUploads, TwoGigabytesAreTakenInBoundedMemoryAndMoreIsRefusedAtOnce) {
  const auto room = std::filesystem::space(std::filesystem::temp_directory_path());
  if (room.available < room_wanted)
    GTEST_SKIP() << "less than " << (room_wanted >> 30) << " GB free for the upload";
  this->init(50);
  this->start();

  // Over the limit: the head alone is answered.
  http::testing::Client over(socket());
  over.send(head(limits::upload_bytes + 1, "over.csv"));
  const auto refused = over.read();
  EXPECT_EQ(refused.status, 413);
  EXPECT_NE(refused.body.find("at most 2147483648 bytes"), std::string::npos) << refused.body;
  const auto piecewise = ask(http::testing::post(
      "/api/v1/uploads", R"({"resource": "venues", "filename": "over.csv", "bytes": 2147483649})",
      "Accept-Language: en\r\n"));
  EXPECT_EQ(piecewise.status, 413);
  EXPECT_NE(piecewise.body.find("2048"), std::string::npos) << piecewise.body;

  // At the limit: all of it comes, and what it is not is told in a sentence.
  http::testing::Client client(socket());
  ASSERT_TRUE(client.send(head(limits::upload_bytes, "large.csv")));
  const std::string zeros(1 << 20, '\0');
  for (std::uint64_t sent = 0; sent < limits::upload_bytes; sent += zeros.size())
    ASSERT_TRUE(client.send(zeros)) << sent;
  auto taken = client.read();
  for (int again = 1; taken.status == 0 && again < answers_waited_for; ++again) taken = client.read();
  ASSERT_EQ(taken.status, 202) << taken.body;
  const auto batch = json(taken.body);
  EXPECT_EQ(batch.at("bytes_total").as_int64(), static_cast<std::int64_t>(limits::upload_bytes));
  const std::string id(batch.at("id").as_string());
  EXPECT_TRUE(follow(id, "failed"));
  const auto told = json(get("/api/v1/batches/" + id).body);
  EXPECT_GT(told.at("error").as_string().size(), 20U);
  EXPECT_EQ(told.at("error").as_string().find('{'), std::string::npos) << told.at("error");
  EXPECT_EQ(told.at("accepted").as_int64(), 0);

  const std::int64_t peak = peak_memory_kb(server_->id());
  EXPECT_GT(peak, 0);
  EXPECT_LT(peak, memory_most_kb);
  RecordProperty("peak_memory_kb", std::to_string(peak));
  EXPECT_EQ(stop(), 0);
}

}  // namespace
}  // namespace jingwei
