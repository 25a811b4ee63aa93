// Goal: every entry gets one place in the log whatever happens; each change of what stands is found and
// located; proofs hold for outsiders.
#include <thread>

#include "modules/audit/audit_testing.h"

namespace jingwei::audit {
namespace {

using namespace jingwei::testing;
using storage::Blob;

template <typename Backend>
class Audit : public AuditFixture<Backend> {};

TYPED_TEST_SUITE(Audit, Backends, BackendNames);

TYPED_TEST(Audit, EveryEntryIsTakenOnceAndSignedEachMinute) {
  this->record(5);
  EXPECT_EQ(must(this->service_->step()), 5U);
  auto head = must(this->service_->last_head());
  ASSERT_TRUE(head);  // the first entries are signed at once
  EXPECT_EQ(head->size, 5U);
  EXPECT_TRUE(signature_fits(*head));

  this->record(3);
  EXPECT_EQ(must(this->service_->step()), 3U);
  EXPECT_EQ(must(this->service_->last_head())->size, 5U);
  EXPECT_EQ(must(this->service_->step()), 0U);
  this->clock_.advance(std::chrono::seconds{60});
  EXPECT_EQ(must(this->service_->step()), 0U);
  EXPECT_EQ(must(this->service_->last_head())->size, 8U);

  const auto whole = this->verified();
  EXPECT_TRUE(whole.whole());
  EXPECT_EQ(whole.leaves, 8U);
  EXPECT_EQ(whole.heads, 2U);
  EXPECT_EQ(whole.waiting, 0U);
}

TYPED_TEST(Audit, GoesOnAfterARestartAndBesideASecondProcess) {
  this->record(300);
  must(this->service_->settle());
  const auto first = must(this->service_->last_head());
  this->open();
  this->record(10);
  EXPECT_EQ(must(this->service_->step()), 10U);
  AuditService other(*this->store_, this->clock_, this->key_, "two");
  this->record(4);
  EXPECT_EQ(must(other.step()), 0U) << "the lease is held";
  this->clock_.advance(std::chrono::seconds{11});
  EXPECT_EQ(must(other.step()), 4U) << "the lease has lapsed";
  EXPECT_EQ(must(this->service_->step()), 0U);
  this->record(2);
  this->clock_.advance(std::chrono::seconds{11});
  EXPECT_EQ(must(this->service_->step()), 2U) << "and comes back with the tree as the other left it";
  must(this->service_->settle());
  const auto last = must(this->service_->last_head());
  EXPECT_EQ(last->size, 316U);
  const auto proof = must(this->service_->prove_consistency(first->size, last->size));
  EXPECT_TRUE(crypto::verify_consistency(first->size, last->size, first->root, last->root, proof.path));
  EXPECT_EQ(this->service_->prove_consistency(first->size + 1, last->size).error().message, "audit.no_head");
  EXPECT_TRUE(this->verified().whole());
}

TYPED_TEST(Audit, AKillBetweenAppendingAndSigningLosesNothing) {
  this->record(5);
  must(this->service_->step());
  this->record(4);
  EXPECT_EQ(must(this->service_->step()), 4U);
  EXPECT_EQ(must(this->service_->last_head())->size, 5U) << "appended, not signed";
  this->open();
  this->clock_.advance(std::chrono::seconds{60});
  EXPECT_EQ(must(this->service_->step()), 0U);
  EXPECT_EQ(must(this->service_->last_head())->size, 9U);
  EXPECT_TRUE(this->verified().whole());
}

// Both believe that they hold the lease: the cursor alone decides.
TYPED_TEST(Audit, TwoProcessesNeverMakeTwoLeavesOfOneEntry) {
  if constexpr (!TypeParam::shared) GTEST_SKIP() << "one process holds a data folder";
  constexpr int entries = 300;
  const auto other_store = must(this->backend_->open(this->clock_));
  AuditService other(*other_store, this->clock_, this->key_, "one");
  std::atomic<bool> done = false;
  std::atomic<int> taken = 0;
  const auto sequence = [&](AuditService& service) {
    while (!done) {
      const auto stepped = service.step();
      if (stepped) taken += static_cast<int>(*stepped);
      if (stepped) continue;
      EXPECT_EQ(stepped.error().code, ErrorCode::conflict) << stepped.error().to_log();
    }
  };
  std::thread first(sequence, std::ref(*this->service_));
  std::thread second(sequence, std::ref(other));
  this->record(entries);
  while (taken < entries) std::this_thread::yield();
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(taken, entries);
  must(this->service_->settle());
  const auto result = this->verified();
  EXPECT_TRUE(result.whole());
  EXPECT_EQ(result.leaves, static_cast<std::uint64_t>(entries));
}

TYPED_TEST(Audit, ProofsHoldAndNotForAnythingElse) {
  this->record(20);
  EXPECT_EQ(this->service_->prove(3).error().message, "audit.no_entry");
  must(this->service_->settle());
  const Proof proof = must(this->service_->prove(3));
  EXPECT_EQ(proof.leaf.entry->subject, "subject 3");
  const auto commitment = commitment_of(*proof.leaf.entry, proof.leaf.salt);
  EXPECT_EQ(commitment, proof.leaf.commitment);
  const auto leaf = crypto::leaf_hash({reinterpret_cast<const char*>(commitment.data()), commitment.size()});
  EXPECT_TRUE(crypto::verify_inclusion(leaf, 3, proof.head.size, proof.path, proof.head.root));
  LogEntry other = *proof.leaf.entry;
  other.actor = "officer 8";
  EXPECT_NE(commitment_of(other, proof.leaf.salt), commitment);

  this->record(1);
  must(this->service_->step());
  EXPECT_EQ(this->service_->prove(20).error().message, "audit.not_signed");
  EXPECT_EQ(this->service_->prove(21).error().message, "audit.no_entry");
}

TYPED_TEST(Audit, EachChangeIsFoundAndLocated) {
  this->record(20);
  must(this->service_->settle());
  const auto leaf = must(this->service_->read_leaves(7, 1)).front();
  const auto key = [&] { return std::vector<storage::Value>{leaf.key.transaction, leaf.key.sequence}; };
  const std::string entry = " WHERE xact = $1 AND sequence = $2";
  const auto try_out = [&](const std::string& change, const std::string& back,
                           const std::vector<std::string>& expected) {
    this->run(change, change.ends_with(entry) ? key() : std::vector<storage::Value>{});
    EXPECT_EQ(this->found(), expected) << change;
    this->run(back, back.ends_with(entry) ? key() : std::vector<storage::Value>{});
    EXPECT_EQ(this->found(), std::vector<std::string>{}) << back;
  };
  for (const std::string column : {"actor", "event", "subject", "detail"}) {
    SCOPED_TRACE(column);
    try_out("UPDATE audit_entry SET " + column + " = " + column + " || 'x'" + entry,
            "UPDATE audit_entry SET " + column + " = substr(" + column + ", 1, length(" + column + ") - 1)" +
                entry,
            {"entry_changed 7"});
  }
  try_out("UPDATE audit_entry SET committed_at = committed_at + 1" + entry,
          "UPDATE audit_entry SET committed_at = committed_at - 1" + entry, {"entry_changed 7"});
  this->run("DELETE FROM audit_entry" + entry, key());
  EXPECT_EQ(this->found(), std::vector<std::string>{"entry_missing 7"});
}

TYPED_TEST(Audit, ChangesOfLeavesTilesAndHeadsAreFound) {
  this->record(20);
  must(this->service_->settle());
  const std::string other(32, 'x');
  this->run("UPDATE audit_leaf SET salt = $1 WHERE position = 2", {Blob{other}});
  EXPECT_EQ(this->found(), std::vector<std::string>{"entry_changed 2"});
  this->run("UPDATE audit_leaf SET commitment = $1 WHERE position = 2", {Blob{other}});
  EXPECT_EQ(this->found(),
            (std::vector<std::string>{"commitment_changed 2", "root_differs 20", "tile_changed 0/0"}));
  this->open();
  const std::string key = must(this->service_->read_leaves(2, 1)).front().key.to_string();
  this->run("DELETE FROM audit_leaf WHERE position = 2");
  const auto missing = this->found();
  EXPECT_EQ(missing.front(), "leaf_missing 2");
  EXPECT_EQ(missing.back(), "entry_unlogged " + key);
}

TYPED_TEST(Audit, WhatTheTreeAloneCannotTellIsFoundToo) {
  this->record(6);
  must(this->service_->settle());
  this->run("UPDATE consumer_cursor SET sequence = sequence + 1 WHERE name = 'audit'");
  EXPECT_EQ(this->found().size(), 1U);
  EXPECT_TRUE(this->found().front().starts_with("cursor_moved "));
  // A sequencer that was set back takes entries twice.
  this->run("UPDATE consumer_cursor SET xact = 0, sequence = 0 WHERE name = 'audit'");
  this->open();
  must(this->service_->settle());
  EXPECT_EQ(this->found(), std::vector<std::string>{"order_broken 6"});
}

TYPED_TEST(Audit, AnEntryEmptiedWithoutAnOrderIsFound) {
  this->record(6);
  must(this->service_->settle());
  const auto leaf = must(this->service_->read_leaves(2, 1)).front();
  this->run("DELETE FROM audit_entry WHERE xact = $1 AND sequence = $2",
            {leaf.key.transaction, leaf.key.sequence});
  this->run("UPDATE audit_leaf SET salt = $1 WHERE position = 2", {Blob{}});
  EXPECT_EQ(this->found(), std::vector<std::string>{"destroyed_unordered 2"});
}

// A log of years is looked at page by page.
TYPED_TEST(Audit, ALogOfManyPagesIsVerifiedAndProved) {
  storage::Change many;
  for (int i = 0; i < 9'000; ++i)
    many.audit.push_back({"officer", "record.read", "subject " + std::to_string(i), "{}"});
  must(this->store_->commit(std::move(many)));
  must(this->service_->settle());
  std::vector<std::uint64_t> progress;
  const auto result = must(this->service_->verify(this->key_.public_key(), [&](std::uint64_t done) {
    progress.push_back(done);
    return true;
  }));
  EXPECT_TRUE(result.whole());
  EXPECT_EQ(result.leaves, 9'000U);
  EXPECT_GE(progress.size(), 3U);
  EXPECT_EQ(progress.back(), 9'000U);
  EXPECT_EQ(this->service_->verify(std::nullopt, [](std::uint64_t) { return false; }).error().message,
            "audit.stopped");
  const auto proof = must(this->service_->prove(8'191));
  EXPECT_TRUE(crypto::verify_inclusion(
      crypto::leaf_hash({reinterpret_cast<const char*>(proof.leaf.commitment.data()), 32}), 8'191,
      proof.head.size, proof.path, proof.head.root));
}

TYPED_TEST(Audit, ForgedHeadsAreFound) {
  this->record(20);
  must(this->service_->settle());
  this->run("UPDATE audit_head SET root = $1", {Blob{std::string(32, 'x')}});
  EXPECT_EQ(this->found(), (std::vector<std::string>{"signature_bad 20", "root_differs 20"}));
  // Whoever rewrites the log and signs it himself is betrayed by the key.
  const crypto::SigningKey forger(*crypto::Secret::parse(std::string(64, '8')));
  AuditService forging(*this->store_, this->clock_, forger, "one");
  this->run("DELETE FROM audit_head");
  must(forging.settle());
  EXPECT_EQ(this->found(), std::vector<std::string>{"key_unknown 20"});
  EXPECT_TRUE(must(this->service_->verify(std::nullopt)).whole());
}

TYPED_TEST(Audit, ADestroyedEntryLeavesTheProofsWhole) {
  this->record(20);
  must(this->service_->settle());
  auto destroyed = must(this->service_->destroy(5, "security 1", "order 2026-9"));
  must(this->store_->commit(std::move(destroyed)));
  must(this->service_->settle());
  EXPECT_EQ(this->service_->destroy(5, "security 1", "again").error().message, "audit.destroyed_already");
  EXPECT_EQ(this->service_->destroy(900, "security 1", "none").error().message, "audit.no_entry");
  const auto result = this->verified();
  EXPECT_TRUE(result.whole());
  EXPECT_EQ(result.destroyed, 1U);
  EXPECT_EQ(result.leaves, 21U);
  const auto proof = must(this->service_->prove(5));
  EXPECT_FALSE(proof.leaf.entry);
  EXPECT_TRUE(proof.leaf.salt.empty());
  const auto on_record = must(this->service_->search({.event = "audit.destroy"}, std::nullopt, 10)).entries;
  ASSERT_EQ(on_record.size(), 1U);
  EXPECT_EQ(on_record.front().entry.detail, "{\"position\":5,\"order\":\"order 2026-9\"}");
}

TYPED_TEST(Audit, SearchesByWhatAnAuditorKnows) {
  this->record(6);
  must(this->service_->step());
  this->record(1);
  const auto all = must(this->service_->search({}, std::nullopt, 100)).entries;
  ASSERT_EQ(all.size(), 7U);
  EXPECT_EQ(all.front().entry.subject, "subject 6");
  EXPECT_FALSE(all.front().position) << "not taken yet";
  EXPECT_EQ(all[1].position, 5U);
  EXPECT_EQ(must(this->service_->search({.event = "batch.upload"}, std::nullopt, 100)).entries.size(), 3U);
  EXPECT_EQ(must(this->service_->search({.event = "batch."}, std::nullopt, 100)).entries.size(), 3U);
  EXPECT_EQ(must(this->service_->search({.event = "batch"}, std::nullopt, 100)).entries.size(), 0U);
  EXPECT_EQ(must(this->service_->search({.subject = "subject 4"}, std::nullopt, 100)).entries.size(), 1U);
  EXPECT_EQ(must(this->service_->search({.actor = "nobody"}, std::nullopt, 100)).entries.size(), 0U);
  EXPECT_EQ(must(this->service_->search({.from = all[2].entry.at, .to = all[0].entry.at}, std::nullopt, 100))
                .entries.size(),
            2U);
  EXPECT_EQ(must(this->service_->search({}, all[4].key, 100)).entries.size(), 2U);

  storage::Change asked;
  asked.audit.push_back(
      {"clerk", "source.ask", "person:1",
       R"({"purpose":"elderly-care","region":"990102","resource":"r","outcome":"unknown"})"});
  must(this->store_->commit(std::move(asked)));
  for (const EntryQuery& query : {EntryQuery{.purpose = "elderly-care"}, EntryQuery{.region = "990102"},
                                  EntryQuery{.resource = "r"}, EntryQuery{.outcome = "unknown"}})
    EXPECT_EQ(must(this->service_->search(query, std::nullopt, 100)).entries.size(), 1U);
  EXPECT_EQ(must(this->service_->search({.outcome = "done"}, std::nullopt, 100)).entries.size(), 7U);
  EXPECT_EQ(must(this->service_->search({.outcome = "done"}, std::nullopt, 3)).entries.size(), 3U);
}

TYPED_TEST(Audit, ASearchLooksAtABoundedNumberAndSaysWhereToGoOn) {
  storage::Change rare;
  rare.audit.push_back({"clerk", "keys.rotate", "keystore", "{}"});
  must(this->store_->commit(std::move(rare)));
  this->clock_.advance(std::chrono::hours{1});
  storage::Change many;
  for (int i = 0; i < 25'000; ++i) many.audit.push_back({"officer", "record.read", "x", "{}"});
  must(this->store_->commit(std::move(many)));
  const auto page = must(this->service_->search({.event = "keys.rotate"}, std::nullopt, 10));
  EXPECT_TRUE(page.entries.empty());
  ASSERT_TRUE(page.next);
  const auto rest = must(this->service_->search({.event = "keys.rotate"}, page.next, 10));
  EXPECT_EQ(rest.entries.size(), 1U);
  EXPECT_FALSE(rest.next);
}

}  // namespace
}  // namespace jingwei::audit
