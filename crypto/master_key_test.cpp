// Goal: the master key comes from where it is kept, a file or a cryptographic module, and can be changed
// without losing a key whatever interrupts it.
#include "crypto/master_key.h"

#include <sys/stat.h>

#include "crypto/keystore_testing.h"
#include "crypto/pkcs11.h"

namespace jingwei::crypto {
namespace {

using MasterKey = KeysFolder;

TEST_F(MasterKey, ItsFileIsMadeOnceAndForItsOwnerOnly) {
  std::filesystem::create_directories(place_.folder);
  const std::string path = file("master.key");
  const auto first = load_master_key(real_file_system(), path);
  ASSERT_TRUE(first.ok()) << first.error().to_log();
  EXPECT_EQ(*load_master_key(real_file_system(), path), *first);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ::chmod(path.c_str(), 0644);
  EXPECT_EQ(load_master_key(real_file_system(), path).error().message, "crypto.master_open_to_others");
  ::chmod(path.c_str(), 0600);
  write(path, "not a key");
  EXPECT_EQ(load_master_key(real_file_system(), path).error().message, "crypto.bad_master");
}

TEST_F(MasterKey, TheEnvironmentTakesItsPlaceAndIsNotChanged) {
  KeyId id = 0;
  const std::string sealed = sealed_by(id);
  const std::string digits = text(file("master.key")).substr(0, 64);
  std::filesystem::remove(file("master.key"));
  ::setenv("JINGWEI_MASTER_KEY", digits.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  expect_opens(id, sealed);
  EXPECT_EQ(change_master(real_file_system(), place_, "file", clock_).error().message,
            "crypto.master_in_environment");
  ::unsetenv("JINGWEI_MASTER_KEY");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(try_open().error().message, "crypto.wrong_master") << "a new file was made, of another key";
}

TEST_F(MasterKey, ANewFileTakesTheOldOnesPlace) {
  KeyId id = 0;
  const std::string sealed = sealed_by(id);
  const std::string old = text(file("master.key"));
  ASSERT_TRUE(change_master(real_file_system(), place_, "file", clock_).ok());
  EXPECT_NE(text(file("master.key")), old);
  expect_opens(id, sealed);
  EXPECT_EQ(change_master(real_file_system(), place_, "floppy", clock_).error().message,
            "crypto.bad_master_place");
}

TEST_F(MasterKey, AChangeInterruptedAnywhereLeavesAKeystoreThatOpens) {
  KeyId id = 0;
  const std::string sealed = sealed_by(id);
  const std::string old_master = text(file("master.key")), old_keys = text(file("keystore"));
  ASSERT_TRUE(change_master(real_file_system(), place_, "file", clock_).ok());
  const std::string new_master = text(file("master.key")), new_keys = text(file("keystore"));
  const auto put_private = [&](const std::string& name, const std::string& text) {
    write(file(name), text);
    ::chmod(file(name).c_str(), 0600);
  };
  struct Moment {
    const char* what;
    const std::string& keys;
    const std::string& master;
    const std::string& next;
    const std::string& stays;
  };
  for (const Moment& moment : {Moment{"before the keys", old_keys, old_master, new_master, old_master},
                               Moment{"after the keys", new_keys, old_master, new_master, new_master}}) {
    SCOPED_TRACE(moment.what);
    put_private("keystore", moment.keys);
    put_private("master.key", moment.master);
    put_private("master.key.next", moment.next);
    expect_opens(id, sealed);
    EXPECT_EQ(text(file("master.key")), moment.stays);
    EXPECT_FALSE(std::filesystem::exists(file("master.key.next")));
  }
}

// --- with a module: SoftHSM, which Debian has ---

class Module : public KeysFolder {
 protected:
  static constexpr const char* library = "/usr/lib/softhsm/libsofthsm2.so";

  void SetUp() override {
    if (!std::filesystem::exists(library) ||
        std::system("command -v softhsm2-util >/dev/null") != 0)  // NOLINT
      GTEST_SKIP() << "no SoftHSM: install softhsm2 (./dev deps test)";
    std::filesystem::create_directories(folder_ + "/tokens");
    write(folder_ + "/softhsm2.conf", "directories.tokendir = " + folder_ + "/tokens\nlog.level = ERROR\n");
    ::setenv("SOFTHSM2_CONF", (folder_ + "/softhsm2.conf").c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    make_token("city");
    write(folder_ + "/pin", "2468\n");
    ::unsetenv("JINGWEI_PKCS11_PIN");  // NOLINT(concurrency-mt-unsafe)
  }
  void TearDown() override { ::unsetenv("SOFTHSM2_CONF"); }  // NOLINT(concurrency-mt-unsafe)

  static void make_token(const std::string& label) {
    const std::string command =
        "softhsm2-util --init-token --free --label " + label + " --so-pin 13579 --pin 2468 >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
  }
  std::string uri(const std::string& token = "city") const {
    return "pkcs11:token=" + token + ";object=jingwei%2Dmaster?module-path=" + library +
           "&pin-source=" + folder_ + "/pin";
  }
};

TEST_F(Module, TheMasterKeyMovesIntoItAndBack) {
  KeyId id = 0;
  const std::string sealed = sealed_by(id);
  const std::string in_file = text(file("master.key")).substr(0, 64);
  const auto moved = change_master(real_file_system(), place_, uri(), clock_);
  ASSERT_TRUE(moved.ok()) << moved.error().to_log();
  EXPECT_TRUE(text(file("master.key")).starts_with("jingwei-master-wrapped 1 "));
  EXPECT_EQ(text(file("master.key")).find(in_file), std::string::npos);
  EXPECT_EQ(text(file("master.key")).find("2468"), std::string::npos) << "the PIN is not in it";
  expect_opens(id, sealed);
  // Once more within it, then out of it.
  ASSERT_TRUE(change_master(real_file_system(), place_, uri(), clock_).ok());
  expect_opens(id, sealed);
  ASSERT_TRUE(change_master(real_file_system(), place_, "file", clock_).ok());
  std::filesystem::remove_all(folder_ + "/tokens");
  expect_opens(id, sealed);
}

TEST_F(Module, WithoutTokenPinOrKeyNothingOpensAndTheReasonIsTold) {
  KeyId id = 0;
  const std::string sealed = sealed_by(id);
  ASSERT_TRUE(change_master(real_file_system(), place_, uri(), clock_).ok());
  write(folder_ + "/pin", "1111\n");
  EXPECT_EQ(try_open().error().message, "crypto.pkcs11_pin");
  std::filesystem::remove(folder_ + "/pin");
  EXPECT_FALSE(try_open().ok());
  write(folder_ + "/pin", "2468");
  expect_opens(id, sealed);

  std::filesystem::rename(folder_ + "/tokens", folder_ + "/pulled");
  std::filesystem::create_directories(folder_ + "/tokens");
  EXPECT_EQ(try_open().error().message, "crypto.pkcs11_module");
  make_token("city");
  EXPECT_EQ(try_open().error().message, "crypto.pkcs11_no_key") << "an empty token of the same name";
  ASSERT_TRUE(
      wrap_in_module(real_file_system(), *parse_pkcs11_uri(uri()), Secret::random(), IfAbsent::make).ok());
  EXPECT_EQ(try_open().error().message, "crypto.pkcs11_damaged") << "another key of the same name";
  std::filesystem::remove_all(folder_ + "/tokens");
  std::filesystem::rename(folder_ + "/pulled", folder_ + "/tokens");
  expect_opens(id, sealed);
}

TEST_F(Module, ThePinMayComeFromTheEnvironment) {
  KeyId id = 0;
  const std::string sealed = sealed_by(id);
  const std::string without = uri().substr(0, uri().find("&pin-source"));
  EXPECT_EQ(change_master(real_file_system(), place_, without, clock_).error().message, "crypto.pkcs11_pin");
  expect_opens(id, sealed);
  ::setenv("JINGWEI_PKCS11_PIN", "2468", 1);  // NOLINT(concurrency-mt-unsafe)
  ASSERT_TRUE(change_master(real_file_system(), place_, without, clock_).ok());
  expect_opens(id, sealed);
  ::unsetenv("JINGWEI_PKCS11_PIN");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(try_open().error().message, "crypto.pkcs11_pin");
}

TEST_F(Module, EveryChangedByteOfTheWrappedKeyIsFound) {
  open();
  ASSERT_TRUE(change_master(real_file_system(), place_, uri(), clock_).ok());
  const std::string sound = text(file("master.key"));
  const std::size_t begin = sound.find(" 1 ") + 3, end = sound.find(' ', begin);
  for (std::size_t at = begin; at < end; at += 7) {
    std::string changed = sound;
    changed[at] = changed[at] == '0' ? '1' : '0';
    write(file("master.key"), changed);
    EXPECT_FALSE(try_open().ok()) << at;
  }
  write(file("master.key"), sound);
  EXPECT_TRUE(try_open().ok());
}

TEST(Pkcs11Uri, IsReadAsRfc7512Writes) {
  const auto place = parse_pkcs11_uri(
      "pkcs11:token=City%20One;object=wrap;type=secret-key?pin-source=file:/etc/pin&module-path=/usr/lib/"
      "m.so");
  ASSERT_TRUE(place.ok()) << place.error().to_log();
  EXPECT_EQ(place->token, "City One");
  EXPECT_EQ(place->object, "wrap");
  EXPECT_EQ(place->pin_source, "/etc/pin");
  EXPECT_EQ(place->module_path, "/usr/lib/m.so");
  EXPECT_EQ(parse_pkcs11_uri("pkcs11:token=a?module-path=/m.so")->object, "jingwei-master");
  for (const char* bad : {"", "file:/x", "pkcs11:", "pkcs11:token=a", "pkcs11:object=b?module-path=/m.so",
                          "pkcs11:token=%2?module-path=/m.so", "pkcs11:token=a?module-path=/m.so&pin-value=1",
                          "pkcs11:token=?module-path=/m.so", "pkcs11:token=a;colour=red?module-path=/m.so"})
    EXPECT_FALSE(parse_pkcs11_uri(bad).ok()) << bad;
}

}  // namespace
}  // namespace jingwei::crypto
