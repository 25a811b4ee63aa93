// Goal: what a real broker delivers arrives once, is acknowledged only when durable, and hostile messages are
// kept refused.
#include <fcntl.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "modules/source/kinds/mqtt_payload.h"
#include "modules/source/kinds/mqtt_spool.h"
#include "modules/source/source_testing.h"
#include "storage/temporary_folder.h"
#include "tests/support/short_disk.h"

namespace jingwei::source {
namespace {

using testing::must;

constexpr const char* mosquitto_program = "/usr/sbin/mosquitto";

// Waits for another process, by asking; fails the test after ten seconds.
template <typename Question>
bool until(Question question) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!question()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 10);
  }
  return true;
}

// A Mosquitto of the test's own, which keeps sessions and messages over restarts.
class Broker {
 public:
  explicit Broker(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    std::filesystem::permissions(folder_, std::filesystem::perms::all);
    port_ = free_port();
    std::ofstream(folder_ + "/broker.conf")
        << "listener " << port_ << " 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location "
        << folder_ << "/\nmax_queued_messages 100000\nmax_inflight_messages 20\n";
    start();
  }
  ~Broker() { stop(); }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  void start() {
    process_ = ::fork();
    if (process_ == 0) {
      const int nothing = ::open("/dev/null", O_WRONLY);
      ::dup2(nothing, 1);
      ::dup2(nothing, 2);
      const std::string conf = folder_ + "/broker.conf";
      ::execl(mosquitto_program, "mosquitto", "-c", conf.c_str(), nullptr);
      ::_exit(127);
    }
  }
  // Saves what it holds, as on a planned restart.
  void stop() {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  int port() const { return port_; }

  // Publishes with QoS 1 and returns once the broker has them all.
  void publish(const std::vector<std::pair<std::string, std::string>>& messages, bool retain = false) {
    mosquitto_lib_init();
    mosquitto* client = mosquitto_new(nullptr, true, nullptr);
    ASSERT_NE(client, nullptr);
    std::size_t acknowledged = 0;
    mosquitto_user_data_set(client, &acknowledged);
    mosquitto_publish_callback_set(client,
                                   [](mosquitto*, void* count, int) { ++*static_cast<std::size_t*>(count); });
    ASSERT_TRUE(until([&] { return mosquitto_connect(client, "127.0.0.1", port_, 30) == MOSQ_ERR_SUCCESS; }));
    for (const auto& [topic, payload] : messages) {
      ASSERT_EQ(mosquitto_publish(client, nullptr, topic.c_str(), static_cast<int>(payload.size()),
                                  payload.data(), 1, retain),
                MOSQ_ERR_SUCCESS);
    }
    EXPECT_TRUE(until([&] {
      mosquitto_loop(client, 10, 1);
      return acknowledged == messages.size();
    }));
    mosquitto_disconnect(client);
    mosquitto_destroy(client);
  }

 private:
  static int free_port() {
    const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    int port = 0;
    if (::bind(handle, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &length) == 0)
      port = ntohs(address.sin_port);
    ::close(handle);
    return port;
  }

  std::string folder_;
  int port_ = 0;
  pid_t process_ = 0;
};

template <typename Backend>
class MqttSource : public testing::SourceWorld<Backend> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(mosquitto_program)) GTEST_SKIP() << "mosquitto is not installed";
    testing::SourceWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    broker_ = std::make_unique<Broker>(this->folder_.path() + "/broker");
    // Kept by the broker for who subscribes later: once it has come, the subscription stands.
    broker_->publish({{"notes/first", R"({"weight":1})"}}, true);
    NewSource source;
    source.kind = Kind::mqtt;
    source.title = "sensors";
    source.resource = "notes";
    source.settings = {{"host", "127.0.0.1"},
                       {"port", std::to_string(broker_->port())},
                       {"topic", "notes/{words}"},
                       {"group_seconds", "1"}};
    id_ = this->add(std::move(source)).source.id;
    ASSERT_TRUE(arrived(1));
  }
  void TearDown() override {
    testing::SourceWorld<Backend>::TearDown();
    broker_.reset();
  }

  // Looks and loads until so many versions of notes stand.
  bool arrived(int versions) {
    return until([&] {
      this->look();
      this->load_all();
      return this->versions("notes") >= versions;
    });
  }
  SourceView view() { return must(this->sources_->find(id_)); }

  std::unique_ptr<Broker> broker_;
  SourceId id_;
};
TYPED_TEST_SUITE(MqttSource, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(MqttSource, MessagesBecomeRowsWithFieldsOfTheirTopic) {
  this->broker_->publish({{"notes/second", R"({"weight":2.5})"},
                          {"notes/third", R"([{"weight":3},{"weight":4}])"},
                          {"other/topic", R"({"words":"not ours"})"}});
  ASSERT_TRUE(this->arrived(4));
  EXPECT_EQ(this->versions("notes"), 4);
  EXPECT_EQ(this->view().health, Health::well);
  EXPECT_EQ(this->view().source.taken, 4);
}

TYPED_TEST(MqttSource, TheSameMessageAgainIsCountedAndLoadsNothing) {
  this->broker_->publish({{"notes/second", R"({"weight":2})"}, {"notes/second", R"({"weight":2})"}});
  ASSERT_TRUE(this->arrived(2));
  this->broker_->publish({{"notes/second", R"({"weight":2})"}, {"notes/last", R"({"weight":9})"}});
  ASSERT_TRUE(this->arrived(3));
  EXPECT_EQ(this->versions("notes"), 3);
  EXPECT_EQ(this->view().source.repeated, 2);
}

TYPED_TEST(MqttSource, WhatCameWhileTheHubWasAwayIsDeliveredWhenItIsBack) {
  this->timers_.reset();
  this->sources_.reset();
  std::vector<std::pair<std::string, std::string>> messages;
  for (int at = 0; at < 200; ++at)
    messages.emplace_back("notes/n" + std::to_string(at), R"({"weight":)" + std::to_string(at) + "}");
  this->broker_->publish(messages);
  this->restart_sources();
  ASSERT_TRUE(this->arrived(201));
  EXPECT_EQ(this->versions("notes"), 201);
}

TYPED_TEST(MqttSource, ABrokerThatGoesAwayIsToldAndNothingIsLostWhenItComesBack) {
  this->broker_->publish({{"notes/before", R"({"weight":2})"}});
  this->broker_->stop();
  ASSERT_TRUE(until([&] {
    this->look();
    return this->view().health == Health::failing;
  }));
  EXPECT_EQ(this->view().source.last_error->message, "source.broker_unreachable");
  this->broker_->start();
  this->broker_->publish({{"notes/after", R"({"weight":3})"}});
  ASSERT_TRUE(this->arrived(3));
  EXPECT_EQ(this->versions("notes"), 3);
  ASSERT_TRUE(until([&] {
    this->look();
    return this->view().health == Health::well;
  }));
}

// A broker keeps what is not acknowledged: a hub whose disk took nothing before it died gets it again.
TYPED_TEST(MqttSource, WhatTheDiskDidNotTakeIsNotAcknowledged) {
  jingwei::testing::ShortDisk disk;
  this->files_ = &disk;
  this->restart_sources();
  this->broker_->publish({{"notes/second", R"({"weight":2})"}});
  ASSERT_TRUE(this->arrived(2));
  disk.leave(0);
  this->broker_->publish({{"notes/kept", R"({"weight":5})"}});
  ASSERT_TRUE(until([&] {
    this->look();
    return this->view().health == Health::failing;
  }));
  this->timers_.reset();
  this->sources_.reset();
  disk.leave(UINT64_MAX);
  this->restart_sources();
  ASSERT_TRUE(this->arrived(3));
  EXPECT_EQ(this->versions("notes"), 3);
}

TYPED_TEST(MqttSource, HostileMessagesAreRefusedAndKeptAndStopNoOther) {
  this->broker_->publish(
      {{"notes/a", "not json"},
       {"notes/b", std::string("\xff\xfe\0", 3)},
       {"notes/c", std::string(50'000, '[')},
       {"notes/d", "{\"weight\":1,\"x\":\"" + std::string(limits::mqtt_payload_bytes, 'x') + "\"}"},
       {"notes/good", R"({"weight":7})"}});
  ASSERT_TRUE(this->arrived(2));
  ASSERT_TRUE(until([&] {
    this->look();
    this->load_all();
    return this->view().source.refused >= 4;
  }));
  EXPECT_EQ(this->versions("notes"), 2);
  EXPECT_EQ(this->view().source.refused, 4);
}

TYPED_TEST(MqttSource, ATrialGreetsTheBrokerAndALockedDoorIsTold) {
  EXPECT_EQ(must(this->sources_->try_out(this->id_)).found, std::vector<std::string>{"notes/+"});
  this->broker_->stop();
  const auto closed = this->sources_->try_out(this->id_);
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().message, "source.broker_unreachable");
}

TEST(MqttSpool, WhatACrashLeftTornIsCutOffAndTheRestStands) {
  storage::TemporaryFolder folder;
  const std::string path = folder.path() + "/spool";
  std::string closed;
  {
    auto spool = must(MqttSpool::open(real_file_system(), path));
    spool->append("a/1", "one");
    spool->append("a/2", "two");
    must(spool->sync());
    must(spool->close_segment(1));
    closed = must(spool->segments()).front();
  }
  const auto bytes = must(read_text(real_file_system(), closed, limits::mqtt_segment_bytes));
  std::size_t good = 0;
  EXPECT_EQ(parse_segment(bytes, good).size(), 2u);
  EXPECT_EQ(good, bytes.size());
  ASSERT_EQ(parse_segment(std::string_view(bytes).substr(0, bytes.size() - 1), good).size(), 1u);
  const std::size_t first_end = good;
  ASSERT_GT(first_end, 0u);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto messages = parse_segment(std::string_view(bytes).substr(0, length), good);
    EXPECT_EQ(messages.size(), length >= first_end ? 1u : 0u) << length;
    EXPECT_EQ(good, length >= first_end ? first_end : 0u) << length;
  }
}

TEST(MqttPayload, FieldsOfTheTopicDoNotOverrideThoseOfThePayload) {
  const auto pattern = must(TopicPattern::parse("s/{device}/t"));
  EXPECT_EQ(pattern.filter(), "s/+/t");
  const auto lines = map_payload(pattern, "", "s/d1/t", R"({"device":"own","v":1})");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].line.find("own"), std::string::npos);
  EXPECT_EQ(lines[0].line.find("d1"), std::string::npos);
  EXPECT_FALSE(map_payload(pattern, "", "s/d1/t", "]")[0].readable);
  // By its id a message is the same although its content is not.
  EXPECT_EQ(map_payload(pattern, "id", "s/d1/t", R"({"id":"7","v":1})")[0].identity,
            map_payload(pattern, "id", "s/d1/t", R"({"id":"7","v":2})")[0].identity);
  for (const char* bad : {"", "a/#/b", "a/{}/b", "a/x{y}", "a+/b"})
    EXPECT_FALSE(TopicPattern::parse(bad).ok()) << bad;
}

}  // namespace
}  // namespace jingwei::source
