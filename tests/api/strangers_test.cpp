// Goal: what stands in a street is neither shown to nor touched by those who have no business with it: a
// resident, an enterprise, a device, the grid worker and the office of the street beside. For every operation
// of every api.yaml it is written down what becomes of each of them (matrix/strangers.yaml), and the hub does
// so.
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "http/test_client.h"
#include "tests/api/api_case.h"
#include "tests/api/small_hub.h"

namespace jingwei::api_tests {
namespace {

using jingwei::testing::must;
using schema::YamlNode;

constexpr std::array<std::string_view, 5> strangers = {"resident", "enterprise", "device", "worker",
                                                       "office"};

struct TriedOperation {
  std::string id, method, path;
  bool streams = false;
};

std::vector<TriedOperation> operations_to_try() {
  std::vector<std::string> files = {JINGWEI_SOURCE_DIR "/app/api.yaml",
                                    JINGWEI_SOURCE_DIR "/scenario/api.yaml"};
  for (const auto& module : must(real_file_system().list(JINGWEI_SOURCE_DIR "/modules")))
    files.push_back(JINGWEI_SOURCE_DIR "/modules/" + module + "/api.yaml");
  std::vector<TriedOperation> operations;
  for (const auto& file : files) {
    if (!must(real_file_system().exists(file))) continue;
    const auto root =
        must(schema::parse_yaml(must(read_text(real_file_system(), file, limits::yaml_bytes)), file));
    for (const auto& one : root.find("operations")->items) {
      const YamlNode* runs = one.find("runs");
      operations.push_back({one.find("id")->scalar, one.find("method")->scalar, one.find("path")->scalar,
                            runs != nullptr && runs->scalar == "stream"});
    }
  }
  // Whoever has signed out is let in nowhere any more.
  std::stable_partition(operations.begin(), operations.end(),
                        [](const TriedOperation& one) { return one.id != "sign_out"; });
  return operations;
}

YamlNode strangers_file() {
  const std::string path = JINGWEI_SOURCE_DIR "/tests/api/matrix/strangers.yaml";
  return must(schema::parse_yaml(must(read_text(real_file_system(), path, limits::yaml_bytes)), path));
}

// From operation to stranger to outcome; an operation that stands twice is told of.
std::map<std::string, std::map<std::string, std::string>> outcomes_of(const YamlNode& root) {
  std::map<std::string, std::map<std::string, std::string>> outcomes;
  for (const auto& group : root.find("groups")->items) {
    for (const auto& operation : group.find("operations")->items) {
      EXPECT_FALSE(outcomes.contains(operation.scalar)) << operation.scalar << " stands in two groups";
      for (const auto& who : strangers)
        outcomes[operation.scalar][std::string(who)] = group.find(who)->scalar;
    }
  }
  return outcomes;
}

template <typename Backend>
class Strangers : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const std::string& reason : {Backend::missing(), SmallHub::missing()}) {
      if (!reason.empty()) GTEST_SKIP() << reason;
    }
    backend_ = std::make_unique<Backend>();
    hub_ = std::make_unique<SmallHub>(backend_->settings_store(), backend_->folder());
    root_ = strangers_file();
    for (const auto& pair : root_.find("given")->pairs) saved_[pair.key.scalar] = pair.value.scalar;
    find_subjects();
    make_objects();
    tokens_["resident"] = token_of(identity::AccountKind::resident, "", "");
    tokens_["enterprise"] = token_of(identity::AccountKind::enterprise, "", "");
    tokens_["device"] = token_of(identity::AccountKind::device, "", "");
    tokens_["worker"] = token_of(identity::AccountKind::staff, "grid-worker", word("worker"));
    tokens_["office"] = token_of(identity::AccountKind::staff, "street-staff", word("office"));
  }
  void TearDown() override {
    hub_.reset();
    backend_.reset();
  }

  const std::string& word(std::string_view name) const { return root_.find(name)->scalar; }

  std::string filled(std::string text) const {
    for (std::size_t at; (at = text.find("${")) != std::string::npos;) {
      const std::size_t end = text.find('}', at);
      const auto known = saved_.find(text.substr(at + 2, end - at - 2));
      if (known == saved_.end()) throw std::runtime_error("nothing is saved for " + text);
      text.replace(at, end + 1 - at, known->second);
    }
    return text;
  }

  // Two people of whom nothing stands outside the street.
  void find_subjects() {
    auto& hub = hub_->hub();
    for (int tries = 0; !must(hub.registry().caught_up()); ++tries) {
      if (tries == 600) throw std::runtime_error("the registry does not catch up");
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    const auto tree = hub.regions().tree();
    const auto street = tree->scope(word("street"));
    const registry::Reader operator_of_hub{access::Caller::local_operator(), {}};
    std::set<std::string> found;
    for (const auto& record :
         must(hub.ingest().list_records("resident-register", {word("street")}, access::Sight::whole()))) {
      const auto subject = hub.registry().certain_subject_of(record.id);
      if (!subject) continue;
      const auto file = must(hub.registry().files().file(*subject, operator_of_hub, Language::zh));
      const bool here = std::all_of(file.entries.begin(), file.entries.end(), [&](const auto& entry) {
        const region::Node node = tree->find(entry.record.region);
        return node != region::no_node && street->contains(node);
      });
      if (here) found.insert(subject->to_string());
      if (found.size() == 2) break;
    }
    ASSERT_EQ(found.size(), 2U) << "nobody lives in that street alone";
    saved_["subjects"] = *found.begin();
    saved_["neighbour"] = *found.rbegin();
  }

  void make_objects() {
    // Of somebody else: a session that nobody of these may end.
    auto& identity = hub_->hub().identity();
    const auto street = must(identity.accounts().find_by_login("street"));
    saved_["sessions"] = must(identity.tokens().open(*street, identity::TokenKind::session, "test",
                                                     hub_->hub().clock().now() + std::chrono::hours{1},
                                                     "session.open", {"setup"}))
                             .token.id.to_string();
    for (const auto& step : root_.find("objects")->items) {
      const std::string request = filled(step.find("request")->scalar);
      const YamlNode* body = step.find("body");
      const bool picture = step.find("picture") != nullptr;
      const std::string jpeg("\xFF\xD8\xFF\xE1\x00\x0AGPS 22.2\xFF\xDA\x00\x02\x11\x22\xFF\xD9", 22);
      const std::string sent = picture ? jpeg : body != nullptr ? filled(body->scalar) : std::string();
      http::testing::Client client(hub_->served().socket);
      const auto answer =
          client.ask(request_text(request, "", sent, picture ? "image/jpeg" : "application/json"));
      ASSERT_TRUE(answer.status == 200 || answer.status == 201)
          << step.place() << ": " << answer.status << ' ' << answer.body.substr(0, 500);
      const auto value = boost::json::parse(answer.body);
      for (const auto& pair : step.find("save")->pairs) {
        const auto& found = value.at_pointer(pair.value.scalar);
        saved_[pair.key.scalar] =
            found.is_string() ? std::string(found.get_string().c_str()) : boost::json::serialize(found);
      }
    }
  }

  std::string token_of(identity::AccountKind kind, const std::string& role, const std::string& region) {
    auto& identity = hub_->hub().identity();
    identity::NewAccount wanted;
    wanted.kind = kind;
    wanted.name = identity::name_of(kind);
    if (kind == identity::AccountKind::resident) wanted.phone = "15400000077";
    if (kind == identity::AccountKind::staff) wanted.login = "beside-" + role;
    wanted.with_password = false;
    const auto account = must(identity.accounts().create(wanted, {"setup"})).account;
    if (!role.empty()) must(identity.accounts().grant({account.id, role, region, "", {}, {}, ""}, {"setup"}));
    return must(identity.tokens().open(account, identity::TokenKind::key, "test",
                                       hub_->hub().clock().now() + std::chrono::hours{1}, "key.create",
                                       {"setup"}))
        .text;
  }

  // "POST /path" as a request of whoever holds the token; of this machine's operator without one.
  static std::string request_text(const std::string& request, const std::string& token,
                                  const std::string& body, const std::string& media) {
    std::string text = request + " HTTP/1.1\r\nHost: localhost\r\n";
    if (!token.empty()) text += "Authorization: Bearer " + token + "\r\n";
    if (!body.empty()) text += "Content-Type: " + media + "\r\n";
    if (!body.empty() || !request.starts_with("GET "))
      text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
  }

  // The operation on what stands in the street; `complete` when each place of its path is filled by such.
  std::string target_of(const TriedOperation& operation, bool& complete) const {
    std::string path = operation.path;
    complete = true;
    for (std::size_t at; (at = path.find('{')) != std::string::npos;) {
      const std::size_t before = path.rfind('/', at - 2);
      const auto known = saved_.find(path.substr(before + 1, at - before - 2));
      complete = complete && known != saved_.end();
      path.replace(at, path.find('}', at) + 1 - at, known == saved_.end() ? "1" : known->second);
    }
    if (const YamlNode* query = root_.find("queries")->find(operation.id); query != nullptr)
      path += "?" + query->scalar;
    return path;
  }
  std::string body_of(const TriedOperation& operation) const {
    const YamlNode* body = root_.find("bodies")->find(operation.id);
    return body == nullptr ? std::string() : filled(body->scalar);
  }

  http::testing::Answer as(const std::string& who, const TriedOperation& operation,
                           const std::string& target) const {
    http::testing::Client client(hub_->port());
    client.send(request_text(operation.method + " " + target, tokens_.at(who), body_of(operation),
                             "application/json"));
    return client.read(operation.streams);
  }

  void expect(const std::string& outcome, const http::testing::Answer& answer, const std::string& what) {
    const bool refused = answer.status == 401 || answer.status == 403;
    if (outcome == "refused") {
      EXPECT_TRUE(refused) << what << " answers " << answer.status << ' ' << answer.body.substr(0, 300);
    } else if (outcome == "hidden") {
      EXPECT_TRUE(answer.status == 403 || answer.status == 404)
          << what << " answers " << answer.status << ' ' << answer.body.substr(0, 300);
    } else if (outcome == "own") {
      EXPECT_TRUE(answer.status >= 200 && answer.status < 500)
          << what << " answers " << answer.status << ' ' << answer.body.substr(0, 300);
      for (const auto& told : {word("marker"), word("street")})
        EXPECT_EQ(answer.body.find(told), std::string::npos) << what << " tells of " << told;
    } else if (outcome == "open") {
      EXPECT_TRUE(answer.status >= 200 && answer.status < 500 && !refused)
          << what << " answers " << answer.status << ' ' << answer.body.substr(0, 300);
    } else {
      ADD_FAILURE() << what << ": " << outcome << " is no outcome";
    }
  }

  std::unique_ptr<Backend> backend_;
  std::unique_ptr<SmallHub> hub_;
  YamlNode root_;
  std::map<std::string, std::string> saved_, tokens_;
};

TYPED_TEST_SUITE(Strangers, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Strangers, SeeAndTouchNothingOfAStreetThatIsNotTheirs) {
  if (this->HasFatalFailure()) return;
  const auto outcomes = outcomes_of(this->root_);
  std::set<std::string> known;
  for (const auto& operation : operations_to_try()) {
    known.insert(operation.id);
    const auto written = outcomes.find(operation.id);
    if (written == outcomes.end()) {
      ADD_FAILURE() << operation.id << " stands in no group of tests/api/matrix/strangers.yaml";
      continue;
    }
    bool complete = false;
    const std::string target = this->target_of(operation, complete);
    for (const auto& who : strangers) {
      const auto answer = this->as(std::string(who), operation, target);
      this->expect(written->second.at(std::string(who)), answer,
                   operation.id + " (" + target + ") as " + std::string(who));
    }
    // What is hidden from them is there: whoever may see it does, after all they tried.
    const bool may_be_read = operation.method == "GET" && target.find("/me/") == std::string::npos &&
                             target.find('?') == std::string::npos;
    if (written->second.at("office") == "hidden" && may_be_read && complete) {
      http::testing::Client client(this->hub_->served().socket);
      EXPECT_EQ(client.ask(http::testing::get(target)).status, 200) << target << " is not there at all";
    }
  }
  for (const auto& [operation, unused] : outcomes)
    EXPECT_TRUE(known.contains(operation)) << operation << " is no operation";
}

}  // namespace
}  // namespace jingwei::api_tests
