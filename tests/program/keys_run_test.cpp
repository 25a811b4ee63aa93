// Goal: keys change while the real program serves and nobody notices; what an order destroyed stays
// destroyed, also when an old backup and an old copy of the keystore are put back.
#include "tests/program/program_world.h"

namespace jingwei {
namespace {

using namespace jingwei::testing;
namespace fs = std::filesystem;

template <typename Backend>
class KeysRun : public ProgramWorld<Backend> {
 protected:
  static constexpr const char* residents = "/api/v1/resources/resident-register/records";

  boost::json::array keys() const {
    return this->json(this->get("/api/v1/keys").body).at("items").as_array();
  }
  // Numbers of the data keys of a table that are not destroyed.
  std::vector<std::string> data_keys(const std::string& table) const {
    std::vector<std::string> ids;
    for (const auto& key : keys()) {
      const bool wanted = key.at("kind").as_string() == "data" && key.at("destroyed_at").is_null() &&
                          std::string(key.at("scope").as_string()).starts_with(table + "|");
      if (wanted) ids.push_back(std::to_string(key.at("id").as_int64()));
    }
    return ids;
  }

  // The newest record's address.
  std::string a_record() const {
    const auto page = this->json(this->get(std::string(residents) + "?limit=1").body);
    return std::string(residents) + "/" + std::string(page.at("items").at(0).at("id").as_string());
  }

  static std::string person(int number) {
    const std::string digits = "99010219800101" + std::to_string(100 + number);
    constexpr int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (std::size_t at = 0; at < 17; ++at) sum += (digits[at] - '0') * weights[at];
    return digits + "10X98765432"[sum % 11];
  }
  http::testing::Answer add_person(int number) const {
    return this->ask(http::testing::post(residents, R"({"name": "轮换", "citizen_id": ")" + person(number) +
                                                        R"(", "grid": "990102002001001"})"));
  }

  static void copy_private(const fs::path& from, const fs::path& to) {
    fs::copy_file(from, to, fs::copy_options::overwrite_existing);
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write);
  }
};

TYPED_TEST_SUITE(KeysRun, Backends, BackendNames);

TYPED_TEST(KeysRun, RotationWhileServingLosesNoRequestAndNoRecord) {
  this->init(120);
  this->start();
  const std::string record = this->a_record();
  const auto before = this->get(record);
  ASSERT_EQ(before.status, 200) << before.body;
  const std::size_t keys_before = this->data_keys("resident-register").size();

  // Readers and writers go on while keys are rotated five times, through the socket as the command does.
  std::atomic<bool> ended = false;
  std::atomic<int> failures = 0, reads = 0, writes = 0;
  std::thread reader([&] {
    while (!ended) {
      failures += this->get(record).status == 200 ? 0 : 1;
      ++reads;
    }
  });
  std::thread writer([&] {
    for (int number = 0; !ended && number < 800; ++number) {
      failures += this->add_person(number).status == 201 ? 0 : 1;
      ++writes;
    }
  });
  for (int round = 0; round < 5; ++round) {
    // Through the server: on PostgreSQL the command would open the database itself.
    const auto rotated = this->ask(http::testing::post("/api/v1/keys/rotation", ""));
    EXPECT_EQ(rotated.status, 200) << rotated.body;
    const int seen = writes;
    while (writes < seen + 5 && failures == 0) std::this_thread::yield();
  }
  ended = true;
  reader.join();
  writer.join();
  EXPECT_EQ(failures, 0);
  EXPECT_GT(reads, 0);
  EXPECT_GE(writes, 25);
  EXPECT_GE(this->data_keys("resident-register").size(), keys_before + 5);
  EXPECT_EQ(this->json(this->get(record).body), this->json(before.body)) << "sealed under an old key";

  // Another process rotates by the command.
  const Outcome command = this->command({"keys", "rotate"});
  EXPECT_EQ(command.code, 0) << command.text;
  EXPECT_EQ(this->add_person(801).status, 201);
  EXPECT_EQ(this->stop(), 0);
  this->start();
  EXPECT_EQ(this->json(this->get(record).body), this->json(before.body));
  EXPECT_EQ(this->stop(), 0);
}

TYPED_TEST(KeysRun, WhatAnOrderDestroyedStaysSoAfterAnOldBackupAndAnOldKeystoreArePutBack) {
  this->init(120);
  this->start();
  const std::string record = this->a_record();
  ASSERT_EQ(this->get(record).status, 200);
  const auto doomed = this->data_keys("resident-register");
  ASSERT_FALSE(doomed.empty());

  const fs::path kept = this->share_.path() + "/kept";
  fs::create_directories(kept);
  for (const char* name : {"keystore", "master.key", "audit.key"})
    this->copy_private(this->data() + "/keys/" + name, kept / name);
  const std::string backup = this->share_.path() + "/backup";
  ASSERT_EQ(this->command({"backup", "--to", backup}).code, 0) << this->text_of(this->errors());

  std::vector<std::string> order = {"keys", "destroy"};
  order.insert(order.end(), doomed.begin(), doomed.end());
  order.insert(order.end(), {"--order", "health commission, order 7"});
  const Outcome destroyed = this->command(order);
  ASSERT_EQ(destroyed.code, 0) << destroyed.text << this->text_of(this->errors());
  if (TypeParam::shared) {
    // The command opened the database beside the server, which learns of the order from the feed.
    for (int questions = 0; questions < 10'000 && this->get(record).status == 200; ++questions) {
    }
  }
  const auto gone = this->get(record);
  EXPECT_EQ(gone.status, 410) << gone.body;
  EXPECT_NE(gone.body.find("destroyed"), std::string::npos) << gone.body;
  EXPECT_EQ(this->get("/api/v1/resources/venues/records?limit=1").status, 200)
      << "other tables are not concerned";
  EXPECT_EQ(this->add_person(1).status, 201) << "new values get a new key";
  const auto page = this->get(std::string(this->residents) + "?limit=20");
  EXPECT_EQ(page.status, 200) << page.body;
  const auto listed = this->json(page.body);
  EXPECT_EQ(listed.at("items").at(0).at("fields").at("name").as_string(), "轮*");
  EXPECT_TRUE(listed.at("items").at(1).at("fields").at("name").is_null())
      << "it was there; what it said is gone";
  EXPECT_EQ(this->stop(), 0);

  // Another machine: the old backup, the old keystore, and the ledger that was kept apart.
  const std::string ledger = this->share_.path() + "/ledger";
  this->copy_private(this->data() + "/keys/destroyed", ledger);
  TypeParam other;
  this->data_ = other.folder();
  const Outcome restored =
      this->command({"restore", "--from", backup, "--store", other.settings_store(), "--ledger", ledger});
  ASSERT_EQ(restored.code, 0) << restored.text << this->text_of(this->errors());
  fs::create_directories(this->data() + "/keys");
  fs::permissions(this->data() + "/keys", fs::perms::owner_all);
  for (const char* name : {"keystore", "master.key", "audit.key"})
    this->copy_private(kept / name, this->data() + "/keys/" + name);

  // Without the ledger it does not serve at all.
  fs::rename(ledger, ledger + ".away");
  const Outcome refused = this->command({"keys", "list"});
  EXPECT_NE(refused.code, 0);
  EXPECT_NE(this->text_of(this->errors()).find(ledger), std::string::npos);
  fs::rename(ledger + ".away", ledger);

  this->start();
  EXPECT_EQ(this->get(record).status, 410);
  std::size_t dead = 0;
  for (const auto& key : this->keys()) {
    if (key.at("destroyed_at").is_null()) continue;
    ++dead;
    EXPECT_EQ(key.at("destroyed_by").as_string(), "health commission, order 7");
  }
  EXPECT_EQ(dead, doomed.size());
  // The wrapped secret that the old keystore held is on disk no more.
  const std::string old_keys = this->text_of(kept / "keystore"),
                    new_keys = this->text_of(this->data() + "/keys/keystore");
  for (const auto& id : doomed) {
    const std::size_t line = old_keys.find("\nkey " + id + " data ");
    ASSERT_NE(line, std::string::npos);
    const std::size_t wrapped = old_keys.find("live ", line) + 5;
    EXPECT_EQ(new_keys.find(old_keys.substr(wrapped, 120)), std::string::npos);
    EXPECT_NE(new_keys.find("\ngone " + id + " data "), std::string::npos);
  }
  EXPECT_EQ(this->stop(), 0);
}

TYPED_TEST(KeysRun, TheMasterKeyIsChangedWhileNobodyServes) {
  this->init(60);
  this->start();
  EXPECT_EQ(this->command({"keys", "rewrap", "--to", "file"}).code, 4) << "a server has the folder";
  EXPECT_EQ(this->stop(), 0);
  const std::string before = this->text_of(this->data() + "/keys/master.key");
  const Outcome changed = this->command({"keys", "rewrap", "--to", "file"});
  ASSERT_EQ(changed.code, 0) << changed.text << this->text_of(this->errors());
  EXPECT_NE(this->text_of(this->data() + "/keys/master.key"), before);
  this->start();
  EXPECT_EQ(this->get(this->a_record()).status, 200);
  EXPECT_EQ(this->stop(), 0);
}

TYPED_TEST(KeysRun, TheHubStartsOnlyWhereTheModuleIsThatHoldsTheMasterKey) {
  const std::string library = "/usr/lib/softhsm/libsofthsm2.so";
  if (!fs::exists(library)) GTEST_SKIP() << "no SoftHSM: install softhsm2 (./dev deps test)";
  const std::string folder = this->share_.path();
  fs::create_directories(folder + "/tokens");
  std::ofstream(folder + "/softhsm2.conf")
      << "directories.tokendir = " << folder << "/tokens\nlog.level = ERROR\n";
  ::setenv("SOFTHSM2_CONF", (folder + "/softhsm2.conf").c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  ASSERT_EQ(
      std::system("softhsm2-util --init-token --free --label city --so-pin 13579 --pin 2468 >/dev/null 2>&1"),
      0);  // NOLINT(concurrency-mt-unsafe)
  std::ofstream(folder + "/pin") << "2468\n";
  this->init(60);
  const std::string uri = "pkcs11:token=city?module-path=" + library + "&pin-source=" + folder + "/pin";
  const Outcome moved = this->command({"keys", "rewrap", "--to", uri});
  ASSERT_EQ(moved.code, 0) << moved.text << this->text_of(this->errors());
  this->start();
  EXPECT_EQ(this->get(this->a_record()).status, 200);
  EXPECT_EQ(this->stop(), 0);
  // Pulled out, nothing opens, and the sentence says what is missing; put back, all is as before.
  fs::rename(folder + "/tokens", folder + "/pulled");
  fs::create_directories(folder + "/tokens");
  EXPECT_EQ(this->command({"serve", "--listen", "127.0.0.1:0"}).code, 6);
  EXPECT_NE(this->text_of(this->errors()).find("module is not available: city"), std::string::npos);
  fs::remove_all(folder + "/tokens");
  fs::rename(folder + "/pulled", folder + "/tokens");
  this->start();
  EXPECT_EQ(this->get(this->a_record()).status, 200);
  EXPECT_EQ(this->stop(), 0);
  ::unsetenv("SOFTHSM2_CONF");  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace
}  // namespace jingwei
