// An audit log on an empty database, for tests.
#pragma once

#include <gtest/gtest.h>

#include "modules/audit/audit_service.h"
#include "modules/audit/messages.gen.h"
#include "modules/audit/sql.gen.h"
#include "storage/sql.gen.h"
#include "storage/statement.h"
#include "tests/support/backends.h"

namespace jingwei::audit {

using jingwei::testing::must;

template <typename Backend>
class AuditFixture : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_messages(); }
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    backend_ = std::make_unique<Backend>();
    open();
  }
  void TearDown() override {
    service_.reset();
    store_.reset();
    backend_.reset();
  }

  // As after a process was killed: what is in memory is gone.
  void open() {
    service_.reset();
    store_.reset();
    store_ = must(backend_->open(clock_));
    std::vector<storage::Migration> all;
    for (const auto migrations : {storage::sql::migrations(), sql::migrations()})
      all.insert(all.end(), migrations.begin(), migrations.end());
    must(store_->migrate(all));
    service_ = std::make_unique<AuditService>(*store_, clock_, key_, "one");
  }

  void record(int count) {
    for (int i = 0; i < count; ++i) {
      storage::Change change;
      change.audit.push_back({"officer 7", i % 2 == 0 ? "record.read" : "batch.upload",
                              "subject " + std::to_string(recorded_++), "{\"rows\":3}"});
      must(store_->commit(std::move(change)));
      clock_.advance(std::chrono::milliseconds{1});
    }
  }

  void run(const std::string& text, std::vector<storage::Value> parameters = {}) {
    statements_.push_back(std::make_unique<storage::Statement>(storage::Statement{"test", text, text}));
    storage::Change change;
    change.writes.push_back({statements_.back().get(), std::move(parameters), std::nullopt});
    must(store_->commit(std::move(change)));
  }

  Verification verified() { return must(service_->verify(key_.public_key())); }
  std::vector<std::string> found() {
    std::vector<std::string> texts;
    for (const auto& finding : verified().findings)
      texts.push_back(std::string(name_of(finding.kind)) + " " + finding.place);
    return texts;
  }

  ManualClock clock_;
  const std::unique_ptr<storage::Sealer> sealer_ = storage::plain_sealer();
  const crypto::SigningKey key_{*crypto::Secret::parse(std::string(64, '7'))};
  std::unique_ptr<Backend> backend_;
  std::vector<std::unique_ptr<storage::Statement>> statements_;  // outlive the store
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<AuditService> service_;
  int recorded_ = 0;
};

}  // namespace jingwei::audit
