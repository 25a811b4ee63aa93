// Goal: an outsider with the format's description and nothing else finds a whole log whole, and every change.
#include <sys/wait.h>

#include <cstdlib>

#include "base/file_system.h"
#include "modules/audit/audit_json.h"
#include "modules/audit/audit_testing.h"
#include "storage/temporary_folder.h"

namespace jingwei::audit {
namespace {

using namespace jingwei::testing;

// The exit code of `node tests/audit/<words>`, its words on stdout of the test.
int node(const std::string& words) {
  const int status = std::system(("node " JINGWEI_SOURCE_DIR "/tests/audit/" + words).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Checker : public AuditFixture<EmbeddedBackend> {
 protected:
  void SetUp() override {
    if (std::system("node --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no node here";
    AuditFixture::SetUp();
  }

  // One log with all that can be in it: several heads, texts of every kind, a destroyed entry.
  void fill() {
    record(9);
    must(service_->settle());
    storage::Change odd;
    odd.audit.push_back(
        {"张三 \"\\\n\r\t\b\f\x01\x1f\xc2\x85\xe2\x80\xa8", "record.read", "person:\xf0\xa0\x80\x80", ""});
    must(store_->commit(std::move(odd)));
    must(service_->settle());
    must(store_->commit(must(service_->destroy(4, "security 1", "order 2026-9"))));
    record(2);
    must(service_->settle());
  }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() + "/" + name;
    must(write_text_durably(real_file_system(), path, text));
    return path;
  }
  std::string write_export() {
    const auto last = must(service_->last_head());
    const std::string heads = must(export_piece(*service_, "heads", 0, 100));
    const std::string leaves = must(export_piece(*service_, "leaves", 0, 100));
    const auto lines = [](const std::string& text) {
      return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    };
    return write("log.jsonl", export_first_line(head_json(*last)) + '\n' + heads + leaves +
                                  export_last_line(lines(heads), lines(leaves)) + '\n');
  }
  std::string write_proof(std::uint64_t position) {
    const auto proof = must(service_->prove(position));
    return write("proof-" + std::to_string(position) + ".json",
                 proof_json(proof.leaf, &proof.head, proof.path) + '\n');
  }
  std::string write_consistency(std::uint64_t first, std::uint64_t second) {
    return write("heads-" + std::to_string(first) + ".json",
                 consistency_json(must(service_->prove_consistency(first, second))) + '\n');
  }
  std::string key_text() const { return crypto::to_hex(key_.public_key()); }

  storage::TemporaryFolder folder_;
};

TEST_F(Checker, FindsAWholeLogAndItsProofsWhole) {
  fill();
  const auto size = must(service_->last_head())->size;
  std::string files = write_export();
  for (std::uint64_t position = 0; position < size; ++position) files += " " + write_proof(position);
  files += " " + write_consistency(9, size) + " " + write_consistency(10, size) + " " +
           write_consistency(size, size);
  EXPECT_EQ(node("check_audit.mjs --key " + key_text() + " " + files), 0);
  EXPECT_EQ(node("check_audit.mjs --key " + std::string(64, '0') + " " + files + " > /dev/null"), 1);
}

TEST_F(Checker, FindsEveryChangedByte) {
  fill();
  const auto size = must(service_->last_head())->size;
  EXPECT_EQ(node("flip_bytes.mjs " + write_export() + " " + write_proof(4) + " " + write_proof(9) + " " +
                 write_consistency(9, size)),
            0);
}

TEST_F(Checker, FindsAHubThatShowsTwoLogs) {
  fill();
  const std::string first = write_proof(3);
  // The same hub with the same key, and another history of the same length.
  const auto size = must(service_->last_head())->size;
  run("DELETE FROM audit_leaf");
  run("DELETE FROM audit_tile");
  run("DELETE FROM audit_head");
  run("DELETE FROM audit_entry");
  run("DELETE FROM consumer_cursor WHERE name = 'audit'");
  open();
  record(static_cast<int>(size));
  must(service_->settle());
  const std::string second = write_proof(5);
  EXPECT_EQ(node("check_audit.mjs " + first), 0);
  EXPECT_EQ(node("check_audit.mjs " + second), 0);
  EXPECT_EQ(node("check_audit.mjs " + first + " " + second + " > /dev/null"), 1);
}

}  // namespace
}  // namespace jingwei::audit
